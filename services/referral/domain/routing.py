"""Which unit receives a referral, and why, in a sentence. The rules are data owned by the municipality.

No rule matching is never a dead end: the municipality's default unit receives it. Where situations combine (addiction
and a criminal lifestyle), one rule wins: the more precise area, then a rule that names a target group, then the
municipality's own order. A rule about ages takes a carer when all that is known of the age lies within it; one that
cuts a band cannot tell, and takes nobody of whom only the band is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.vocabulary.age import OF_AGE, OLDEST_ALIVE, YOUNG_CARERS, KnownAge, exactly

DEFAULT_REASON = says("No routing rule fits, so the municipality's default unit receives it.")


class AgeOf(StrEnum):
    """Whose age a rule splits by. The age of the person cared for is not known in a carer-only referral."""

    CARER = "carer"
    PERSON_CARED_FOR = "person-cared-for"
    ANY = "any"


class NamedBy(StrEnum):
    """Who named the unit that stands in: the rule that led to the receiver (it goes first), or the receiver itself."""

    RULE = "rule"
    UNIT = "unit"


@dataclass(frozen=True, kw_only=True)
class RoutingRule:
    """Area × target groups × whose age × period → unit. No target group means all; ages in years, both included."""

    rule_id: str
    area: str
    unit_id: UnitId
    target_groups: frozenset[str] = frozenset()
    age_of: AgeOf = AgeOf.ANY
    age_from: int | None = None
    age_to: int | None = None
    stand_in_unit_id: UnitId | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class RoutingRules:
    """One municipality's rules, whole, in its own order, and the unit that takes whatever no rule does."""

    municipality_code: str
    default_unit_id: UnitId
    rules: tuple[RoutingRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What routing goes by. ``area``: municipality code, or that and a district ("0180-sodermalm").

    An age is what is known of it: exact, or a span; None when nothing is, or when it may not be told.
    """

    area: str
    target_groups: frozenset[str] = frozenset()
    age_of_carer: KnownAge | None = None
    age_of_person_cared_for: KnownAge | None = None
    on: date

    @property
    def groups(self) -> frozenset[str]:
        """The target groups, told or known: a carer under 18 is a young carer, whether or not somebody ticked it."""
        young = self.age_of_carer is not None and self.age_of_carer.is_child
        return self.target_groups | {YOUNG_CARERS} if young else self.target_groups


@dataclass(frozen=True)
class Route:
    """The one receiver, its stand-in, and why; ``rule_id`` is empty when the default unit receives it.

    ``stand_in_named_by``: None when nobody stands in.
    """

    unit_id: UnitId
    stand_in_unit_id: UnitId | None
    reason: str
    rule_id: str = ""
    stand_in_named_by: NamedBy | None = None


@dataclass(frozen=True)
class ReceivingUnit:
    """A unit that can receive referrals, as this service has heard of it."""

    id: UnitId
    name: str
    area: str | None
    stand_in_unit_id: UnitId | None
    phone: str | None = None


def municipality_of(area: str) -> str:
    """The municipality code of an area."""
    return area.split("-", 1)[0]


def matches(rule: RoutingRule, situation: Situation) -> bool:
    """Whether a rule takes a situation."""
    if rule.area not in (situation.area, municipality_of(situation.area)):
        return False
    if rule.target_groups and not rule.target_groups & situation.groups:
        return False
    if (rule.valid_from and situation.on < rule.valid_from) or (rule.valid_to and situation.on >= rule.valid_to):
        return False
    return _age_fits(rule, situation)


def _age_fits(rule: RoutingRule, situation: Situation) -> bool:
    if rule.age_of is AgeOf.ANY:
        return True
    age = situation.age_of_carer if rule.age_of is AgeOf.CARER else situation.age_of_person_cared_for
    return age is not None and age.within(rule.age_from, rule.age_to)


def choose_route(rules: RoutingRules, situation: Situation, open_units: Iterable[UnitId]) -> Route:
    """The one route of a situation. A rule whose unit is closed is passed over."""
    units = frozenset(open_units)
    taking = [rule for rule in rules.rules if rule.unit_id in units and matches(rule, situation)]
    if not taking:
        return Route(rules.default_unit_id, None, DEFAULT_REASON)
    rule = min(taking, key=lambda each: _rank(each, situation, rules.rules))
    return Route(rule.unit_id, rule.stand_in_unit_id, rule.reason, rule.rule_id)


def age_decides(rules: RoutingRules, situation: Situation, open_units: Iterable[UnitId]) -> bool:
    """Whether more about the carer's age would lead to another unit: then it is asked for, and not guessed."""
    units, known = frozenset(open_units), situation.age_of_carer or KnownAge(0, None)
    chosen = choose_route(rules, situation, units).unit_id
    # between two neighbours of these, no rule tells one age from another
    limits = {known.least}
    for rule in rules.rules:
        limits |= {age for age in (rule.age_from, None if rule.age_to is None else rule.age_to + 1) if age is not None}
    possible = [exactly(age) for age in sorted(limits | {OF_AGE}) if age <= OLDEST_ALIVE and known.meets(exactly(age))]
    return any(choose_route(rules, replace(situation, age_of_carer=age), units).unit_id != chosen for age in possible)


def _rank(rule: RoutingRule, situation: Situation, order: Sequence[RoutingRule]) -> tuple[bool, bool, int]:
    return (rule.area != situation.area, not _names_a_group(rule), order.index(rule))


def _names_a_group(rule: RoutingRule) -> bool:
    """Whether a rule is for some: a rule for carers under 18 is one for young carers, by another name."""
    children = rule.age_of is AgeOf.CARER and rule.age_to is not None and rule.age_to < OF_AGE
    return bool(rule.target_groups) or children
