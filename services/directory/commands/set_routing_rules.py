"""Replace a municipality's routing rules as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.directory.commands.authorise import authorise
from services.directory.commands.stand_in import require_stand_in
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import RuleNeedsAReason, StandInIsTheUnitItself, UnitCannotReceive
from services.directory.domain.routing import RoutingRules, areas_named
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved
from shared.vocabulary.readable_text import is_readable


@dataclass(frozen=True, kw_only=True)
class SetRoutingRules:
    """A municipality's rules as they shall be; ``version`` is one above that which they were made from."""

    rules: RoutingRules


def set_routing_rules(command: SetRoutingRules, actor: Editor, uow: DirectoryWork) -> RoutingRules:
    """Set them.

    Only what is new in them is looked at: a unit that was closed, or a target group that went out of force, after a
    rule named it does not stand in the way of changing another rule.

    Raises RoleMayNotEditThis, RulesAreNotYours, VersionHasMoved, AreaIsUnknown, TermIsUnknown, UnitCannotReceive
    or StandInIsTheUnitItself.
    """
    rules = command.rules
    code = rules.municipality_code
    authorise(Act.EDIT_ROUTING, actor.relation_to(None, code), actor, uow, about="routing-rules", subject=None)
    uow.areas.require_municipality(code)
    uow.rules.hold()
    before = uow.rules.of(code)
    if rules.version != (before.version if before else 0) + 1:
        raise VersionHasMoved
    for area in areas_named(rules.rules):
        uow.areas.require(area)
    if before is None or before.default_unit_id != rules.default_unit_id:
        _require_receiver(rules.default_unit_id, uow, "/default_unit_id")
    known = {rule.id: rule for rule in before.rules} if before else {}
    today = swedish_day(uow.clock.now())
    for rule in rules.rules:
        if rule != known.get(rule.id):
            _check(rule, known.get(rule.id), today, uow)
    uow.rules.put(rules)
    uow.record(rules.were_set(uow.clock.now()))
    return rules


def _check(rule: RoutingRule, before: RoutingRule | None, today: date, uow: DirectoryWork) -> None:
    if before is None or before.reason_sv != rule.reason_sv:
        _require_reason(rule)
    if before is None or before.target_groups != rule.target_groups:
        uow.taxonomies.target_groups.require(rule.target_groups, max(rule.valid_from, today))
    if before is None or before.unit_id != rule.unit_id:
        _require_receiver(rule.unit_id, uow, "/unit_id")
    if rule.stand_in_unit_id is None:
        return
    if rule.stand_in_unit_id == rule.unit_id:
        raise StandInIsTheUnitItself(fields={"/stand_in_unit_id": StandInIsTheUnitItself.title})
    if before is None or before.stand_in_unit_id != rule.stand_in_unit_id:
        require_stand_in(rule.stand_in_unit_id, uow)


def _require_reason(rule: RoutingRule) -> None:
    if not is_readable(rule.reason_sv):
        raise RuleNeedsAReason(fields={"/reason_sv": RuleNeedsAReason.title})


def _require_receiver(unit_id: UnitId, uow: DirectoryWork, where: str) -> None:
    unit = uow.units.find(unit_id)
    if unit is None or not unit.receives:
        raise UnitCannotReceive(fields={where: UnitCannotReceive.title})
