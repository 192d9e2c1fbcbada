"""Which unit would receive a carer, and why. Nothing is kept, and nobody is identified."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.referral.domain.ports import Work
from services.referral.domain.refusals import NoReceiverIsKnown, ReceiverIsCivilSociety, UnitCannotReceive
from services.referral.domain.routing import NamedBy, ReceivingUnit, Route, choose_route
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.vocabulary.area import municipality_of
from shared.vocabulary.routing import Situation, age_decides

CHOSEN_REASON = says("The referrer chose this unit together with the carer.")


@dataclass(frozen=True, kw_only=True)
class ProposeRoute:
    """What routing goes by: no name, nobody is identified. ``chosen_unit_id`` overrides the rules."""

    situation: Situation = field(repr=False)
    chosen_unit_id: UnitId | None = None


@dataclass(frozen=True)
class Proposal:
    """The one receiver, the unit that stands in for it, and why.

    ``age_decides``: what was told of the carer's age leaves open which rule fits; told more exactly, the unit may be
    another.
    """

    unit: ReceivingUnit
    stand_in: ReceivingUnit | None
    route: Route
    age_decides: bool = False

    @property
    def is_default(self) -> bool:
        """Whether no rule fitted."""
        return not self.route.rule_id


def propose_route(command: ProposeRoute, actor: Actor, uow: Work) -> Proposal:
    """The proposal for a situation. Raises NoReceiverIsKnown, UnitCannotReceive or ReceiverIsCivilSociety."""
    route, units = _decide(command, uow)
    named = route.stand_in_unit_id
    stand_in = (units.get(named) or uow.routing.receiving_unit(named)) if named else None
    return Proposal(units[route.unit_id], stand_in, route, _age_decides(command, uow, units))


def receiver(command: ProposeRoute, uow: Work) -> tuple[Route, ReceivingUnit]:
    """The route and its unit. Raises NoReceiverIsKnown, UnitCannotReceive or ReceiverIsCivilSociety."""
    route, units = _decide(command, uow)
    return route, units[route.unit_id]


def _decide(command: ProposeRoute, uow: Work) -> tuple[Route, dict[UnitId, ReceivingUnit]]:
    municipality = municipality_of(command.situation.area)
    units = {UnitId(key): unit for key, unit in uow.routing.receiving_units(municipality).items()}
    if command.chosen_unit_id is not None:
        if command.chosen_unit_id not in units:
            if uow.routing.is_civil_society(command.chosen_unit_id):
                raise ReceiverIsCivilSociety(fields={"/receiving_unit_id": ReceiverIsCivilSociety.title})
            raise UnitCannotReceive(fields={"/receiving_unit_id": UnitCannotReceive.title})
        route = Route(command.chosen_unit_id, None, CHOSEN_REASON, rule_id="chosen")
        same = _by_rules(command, uow, units, municipality)
        if same is not None and same.unit_id == command.chosen_unit_id:
            route = same
    else:
        ruled = _by_rules(command, uow, units, municipality)
        if ruled is None or ruled.unit_id not in units:
            raise NoReceiverIsKnown(fields={"/need/area": NoReceiverIsKnown.title})
        route = ruled
    named = ((route.stand_in_unit_id, NamedBy.RULE), (units[route.unit_id].stand_in_unit_id, NamedBy.UNIT))
    # civil society would be given access under a consent that does not say what that means; a closed unit gets no more
    able = ((each, by) for each, by in named if each and (each in units or not uow.routing.may_not_stand_in(each)))
    stand_in, by = next(able, (None, None))
    return replace(route, stand_in_unit_id=stand_in, stand_in_named_by=by), units


def _by_rules(command: ProposeRoute, uow: Work, units: dict[UnitId, ReceivingUnit], municipality: str) -> Route | None:
    rules = uow.routing.rules_of(municipality)
    return None if rules is None else choose_route(rules, command.situation, swedish_day(uow.clock.now()), units)


def _age_decides(command: ProposeRoute, uow: Work, units: dict[UnitId, ReceivingUnit]) -> bool:
    rules = uow.routing.rules_of(municipality_of(command.situation.area))
    if rules is None or command.chosen_unit_id is not None:
        return False
    today = swedish_day(uow.clock.now())
    return age_decides(rules.rules, rules.default_unit_id, command.situation, today, units)
