"""What the pages and the API of routing rules do alike: read a municipality's rules, change them by the command, say
who did, and try them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext
from marshmallow import ValidationError

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.authorise import authorise
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.access import look
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.refusals import RulesAreNotYours
from services.directory.domain.routing import Proposal, RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.unit import Unit
from services.directory.web.administration import receivers
from services.directory.web.forms import require_offered
from services.directory.web.page import changing, current_editor, parts, reading
from shared.access.record import record_access
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved
from shared.kernel.translation import says
from shared.vocabulary.age import OLDEST_ALIVE, AgeBand, KnownAge, exactly
from shared.vocabulary.languages import SWEDISH
from shared.vocabulary.routing import Situation
from shared.web.forms.sent_twice import carry_out_once
from shared.web.i18n.other_language import with_lang
from shared.web.schema import validate

STEPS = {"earlier": -1, "later": 1}
AGE_ASKED = validate.Range(min=0, max=OLDEST_ALIVE)

Change = Callable[["Ruled"], RoutingRules]
"""How the rules that were found become the next version."""


@dataclass(frozen=True)
class Ruled:
    """A municipality's rules, for somebody who may change them. ``rules``: None until the first are set."""

    uow: DirectoryUnitOfWork
    editor: Editor
    municipality_code: str
    rules: RoutingRules | None

    @property
    def version(self) -> int:
        """The rules' version; 0 before the first."""
        return self.rules.version if self.rules else 0

    @property
    def existing(self) -> RoutingRules:
        """The rules. Raises RulesAreNotYours before the first are set."""
        if self.rules is None:
            raise RulesAreNotYours
        return self.rules

    def named(self) -> dict[UnitId, Unit]:
        """Every unit that the rules name."""
        named = self.rules.units_named() if self.rules else set()
        return {unit.id: unit for unit in self.uow.units.those(sorted(named))}

    def met(self) -> list[Unit]:
        """Every unit that the rules name, and whom those have as stand-ins."""
        named = self.named()
        stand_ins = {unit.stand_in_unit_id for unit in named.values() if unit.stand_in_unit_id}
        return [*named.values(), *self.uow.units.those(sorted(stand_ins))]

    def offered(self, *kept: UnitId | None) -> list[Unit]:
        """The units that may be named: those of the municipality that receive, and those that were named before."""
        # an operator's own place may be another
        here = replace(self.editor, municipality_code=self.municipality_code)
        able = [unit for unit in receivers(self.uow, here) if unit.receives or unit.id in kept]
        elsewhere = {each for each in kept if each is not None} - {unit.id for unit in able}
        return [*able, *self.uow.units.those(sorted(elsewhere))]

    def areas(self) -> dict[str, str]:
        """What a rule may be about, code and name: the municipality, then its districts."""
        known, code = parts().areas, self.municipality_code
        return {each: with_lang(known.name(each)) for each in (code, *known.districts_of(code))}


@contextmanager
def ruled(
    act: Act = Act.EDIT_ROUTING, municipality_code: str | None = None, *, to_change: bool = False
) -> Iterator[Ruled]:
    """A municipality's rules, to be shown or ``to_change``: of that of whoever asks, unless another is named.

    Raises RulesAreNotYours or RoleMayNotEditThis, with the attempt recorded.
    """
    editor = current_editor()
    code = municipality_code or editor.municipality_code or ""
    with (changing if to_change else reading)(editor) as uow:
        authorise(act, editor.relation_to(None, code), editor, uow, about="routing-rules", subject=None)
        if code not in parts().areas.municipalities:
            raise RulesAreNotYours
        yield Ruled(uow, editor, code, uow.rules.of(code))


def alter(version: int, how: Change, *about: UUID) -> None:
    """Replace the rules by what is made of them, if they are still those of ``version``; and note who did.

    The same form sent again changes nothing more. Raises VersionHasMoved, or what ``set_routing_rules`` raises.
    """
    with ruled(to_change=True) as found:
        carry_out_once(
            found.uow.connection,
            found.uow.clock.now(),
            lambda: altered(found, version, how, *about).version,
            standing=lambda: _version_now(found),
        )


def _version_now(found: Ruled) -> int | None:
    rules = found.uow.rules.of(found.municipality_code)
    return rules.version if rules else None


def altered(found: Ruled, version: int, how: Change, *about: UUID) -> RoutingRules:
    """The rules as ``alter`` makes them, in the transaction in which they were found."""
    if found.version != version:
        raise VersionHasMoved
    rules = set_routing_rules(SetRoutingRules(rules=how(found)), found.editor, found.uow)
    rule = found.editor.relation_to(None, found.municipality_code).value
    record_access(look("change", rule, "routing-rules", *about), found.editor, found.uow)
    return rules


def with_rule(rule_id: UUID, values: dict[str, Any], *, known: bool = False, near: bool = True) -> Change:
    """How the rules change when one has these values: one of them (``known``), otherwise a new one, as the last.

    ``near``: its stand-in too is one that the municipality is offered; otherwise it may be another municipality's. What
    is not offered raises ValidationError.
    """

    def change(found: Ruled) -> RoutingRules:
        before = found.existing.rule(rule_id) if known else None
        limited = ("unit_id", "stand_in_unit_id") if near else ("unit_id",)
        units = {unit.id for unit in found.offered(*(getattr(before, name) for name in limited if before))}
        require_offered(values, area=found.areas(), **dict.fromkeys(limited, units))
        return found.existing.with_rule(replace(before, **values) if before else RoutingRule(id=rule_id, **values))

    return change


def with_default(unit_id: UnitId) -> Change:
    """How the rules change when another unit takes what no rule does; the first choice makes the first rules.

    A unit that is not offered raises ValidationError.
    """

    def change(found: Ruled) -> RoutingRules:
        before = found.rules.default_unit_id if found.rules else None
        offered = {unit.id for unit in found.offered(before)}
        require_offered({"default_unit_id": unit_id}, default_unit_id=offered)
        return found.rules.with_default(unit_id) if found.rules else RoutingRules(found.municipality_code, unit_id)

    return change


def tried(rules: RoutingRules, asked: Situation, today: date, units: Iterable[Unit]) -> Proposal:
    """Who would receive today, and who would stand in: whom the rule names, otherwise the unit itself.

    ``units``: those that the rules name, and their stand-ins. A closed one is passed over, as when a referral is sent.
    """
    able = {unit.id: unit for unit in units if unit.receives}
    proposal = replace(rules.propose(asked, today, able), age_decides=rules.age_decides(asked, today, able))
    if proposal.unit_id not in able:
        return proposal
    named = (proposal.stand_in_unit_id, able[proposal.unit_id].stand_in_unit_id)
    return replace(proposal, stand_in_unit_id=next((each for each in named if each in able), None))


def reason_of(proposal: Proposal) -> str:
    """Why, for the reader: as the municipality wrote it, or that no rule fits."""
    said: str = with_lang(proposal.reason_sv) if proposal.rule_id else gettext(proposal.reason_sv)
    return said


def reason_sv(proposal: Proposal) -> str:
    """The same in Swedish, whoever asks."""
    with force_locale(SWEDISH):
        return reason_of(proposal)


def known_age(age: int | None, band: AgeBand | None) -> KnownAge | None:
    """What is known of a carer's age: exactly, else by the band. Raises ValidationError when they do not agree."""
    exact = None if age is None else exactly(age)
    if exact and band and not band.ages.meets(exact):
        raise ValidationError({"carer_age": [says("The age and the age group do not agree. Which is right?")]})
    return exact or (band.ages if band else None)
