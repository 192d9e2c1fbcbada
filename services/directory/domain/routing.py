"""Routing: which one unit receives a carer, and in a sentence why. The rules are the municipality's own.

A situation that combines several still has one clear receiver: of the rules that fit, the more precise area decides,
then a rule that names a target group, then the municipality's own order. When none fits, the default unit receives:
never a dead end. A rule about ages takes a carer when all that is known of the age lies within it; one that cuts a band
cannot tell, and takes nobody of whom only the band is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from services.directory.domain.areas import covers
from services.directory.domain.events import RoutingRulesEvent, RoutingRulesSet
from services.directory.domain.refusals import ListingIsNotYours, RuleIsOutsideTheMunicipality
from services.directory.domain.routing_rule import RoutingRule, Situation
from shared.kernel.identity import UnitId
from shared.vocabulary.age import OF_AGE, OLDEST_ALIVE, KnownAge, exactly

E = TypeVar("E", bound=RoutingRulesEvent)

# true both where no rule fits and where the unit that one names has closed
DEFAULT_REASON = "Ingen annan öppen enhet är utpekad för situationen, så kommunens gemensamma anhörigstöd tar emot."
"""Shown when no rule fits. Swedish because it is data, like the rules' own reasons."""


@dataclass(frozen=True)
class Proposal:
    """The receiver that the rules name. ``rule_id`` is None when it is the default.

    ``age_decides``: what is known of the carer's age leaves open which rule fits.
    """

    unit_id: UnitId
    stand_in_unit_id: UnitId | None
    reason_sv: str
    rule_id: UUID | None
    age_decides: bool = False


@dataclass(frozen=True)
class RoutingRules:
    """One municipality's rules, whole and in order, with the default unit that is always there."""

    municipality_code: str
    default_unit_id: UnitId
    rules: tuple[RoutingRule, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if not all(covers(self.municipality_code, rule.area) for rule in self.rules):
            raise RuleIsOutsideTheMunicipality(fields={"/area": RuleIsOutsideTheMunicipality.title})

    def were_set(self, at: datetime) -> RoutingRulesSet:
        """That these are the rules from now on."""
        return self.told_as(RoutingRulesSet, at)

    def told_as(self, event: type[E], at: datetime) -> E:
        """How the rules stand, as an event of this kind says it."""
        return event(
            occurred_at=at,
            municipality_code=self.municipality_code,
            version=self.version,
            default_unit_id=self.default_unit_id,
            rules=self.rules,
        )

    def rule(self, rule_id: UUID) -> RoutingRule:
        """One of the rules. Raises ListingIsNotYours when it is not among them."""
        for each in self.rules:
            if each.id == rule_id:
                return each
        raise ListingIsNotYours

    def with_rule(self, rule: RoutingRule) -> RoutingRules:
        """The next version, with one rule changed where it stands, or added as the last."""
        known = any(each.id == rule.id for each in self.rules)
        rules = tuple(rule if each.id == rule.id else each for each in self.rules)
        return self._next(rules if known else (*rules, rule))

    def without(self, rule_id: UUID) -> RoutingRules:
        """The next version, less one rule. Raises ListingIsNotYours."""
        gone = self.rule(rule_id)
        return self._next(tuple(each for each in self.rules if each is not gone))

    def with_rule_moved(self, rule_id: UUID, steps: int) -> RoutingRules:
        """The next version, with one rule so many steps later (earlier: negative), at most to either end.

        Raises ListingIsNotYours.
        """
        moving = self.rule(rule_id)
        rest = [each for each in self.rules if each is not moving]
        rest.insert(max(0, self.rules.index(moving) + steps), moving)
        return self._next(tuple(rest))

    def with_default(self, unit_id: UnitId) -> RoutingRules:
        """The next version, with another unit for whatever no rule takes."""
        return replace(self, default_unit_id=unit_id, version=self.version + 1)

    def _next(self, rules: tuple[RoutingRule, ...]) -> RoutingRules:
        return replace(self, rules=rules, version=self.version + 1)

    def units_named(self) -> set[UnitId]:
        """Every unit that the rules send carers to, stand-ins too."""
        named = {self.default_unit_id} | {rule.unit_id for rule in self.rules}
        return named | {rule.stand_in_unit_id for rule in self.rules if rule.stand_in_unit_id}

    def other_stand_ins(self, unit_id: UnitId, own: UnitId | None, on: date) -> tuple[RoutingRule, ...]:
        """The rules in force that lead to a unit and name another stand-in than its own: theirs goes first."""
        return tuple(
            rule
            for rule in self.rules
            if rule.unit_id == unit_id and rule.in_force(on) and rule.stand_in_unit_id not in (None, own)
        )

    def propose(self, situation: Situation, on: date, open_units: Collection[UnitId]) -> Proposal:
        """Who receives, on that day: the most precise rule that fits and whose unit is open, otherwise the default.

        The referral service decides the same for each referral, by code of its own (no service calls another); both
        are held to the one table in ``tests/contracts/routing.json``.
        """
        fitting = [rule for rule in self.rules if rule.unit_id in open_units and rule.fits(situation, on)]
        if not fitting:
            return Proposal(self.default_unit_id, None, DEFAULT_REASON, None)
        # min() keeps the first of equals: the municipality's own order
        rule = min(fitting, key=lambda each: (each.area != situation.area, not each.names_a_group))
        return Proposal(rule.unit_id, rule.stand_in_unit_id, rule.reason_sv, rule.id)

    def age_decides(self, situation: Situation, on: date, open_units: Collection[UnitId]) -> bool:
        """Whether more about the carer's age would lead to another unit: then whoever refers the carer is asked."""
        known, chosen = situation.carer_age or KnownAge(0, None), self.propose(situation, on, open_units).unit_id
        # between two neighbours of these, no rule tells one age from another
        limits = {known.least, OF_AGE}
        for rule in self.rules:
            limits |= {rule.age_from or 0, known.least if rule.age_to is None else rule.age_to + 1}
        possible = [exactly(age) for age in sorted(limits) if age <= OLDEST_ALIVE and known.meets(exactly(age))]
        return any(
            self.propose(replace(situation, carer_age=age), on, open_units).unit_id != chosen for age in possible
        )


def areas_named(rules: Iterable[RoutingRule]) -> set[str]:
    """Every area that the rules speak about."""
    return {rule.area for rule in rules}
