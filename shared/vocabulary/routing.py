"""Which one of a municipality's rules takes a carer: decided here once, for whoever sends and for whoever tries out.

The rules are the municipality's own. Where situations combine (addiction and a criminal lifestyle), one rule decides:
the more precise area, then a rule that is for some, then the municipality's order. A rule whose unit is closed is
passed over, and where none is left the municipality's default unit receives: never a dead end. A rule about ages takes
a carer when all that is known of the age lies within it; one that cuts a band cannot tell, and takes nobody of whom
only the band is known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.vocabulary.age import OF_AGE, OLDEST_ALIVE, AgeBand, KnownAge, bands_cut_by, exactly
from shared.vocabulary.area import covers
from shared.vocabulary.target_groups import YOUNG_CARERS

# true both where no rule fits and where the unit that one names has closed
DEFAULT_REASON = says("No routing rule fits, so the municipality's default unit receives it.")
"""Why the default unit receives."""


class AgeOf(StrEnum):
    """Whose age a rule asks about; ANY asks about nobody's.

    The age of the person cared for is not known in a referral about the carer alone.
    """

    CARER = "carer"
    PERSON_CARED_FOR = "person-cared-for"
    ANY = "any"


@dataclass(frozen=True)
class Situation:
    """What routing goes by. ``area``: a municipality's code or a district's ("0180-sodermalm").

    An age is what is known of it: exact, or a span such as a band; None when nothing is, or when it may not be told.
    """

    area: str
    target_groups: frozenset[str] = frozenset()
    age_of_carer: KnownAge | None = None
    age_of_person_cared_for: KnownAge | None = None

    @property
    def groups(self) -> frozenset[str]:
        """The target groups, told or known: a carer under 18 is a young carer, whether or not somebody ticked it."""
        young = self.age_of_carer is not None and self.age_of_carer.is_child
        return self.target_groups | {YOUNG_CARERS} if young else self.target_groups

    def age(self, of: AgeOf) -> KnownAge | None:
        """What is known of the age that is asked about."""
        return self.age_of_carer if of is AgeOf.CARER else self.age_of_person_cared_for


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Whom a rule takes: area × target groups × whose age × period → unit, and who stands in for it.

    No target groups means all of them; ages in years, both ends included. ``valid_to`` is the first day on which it is
    no longer in force. What else a service keeps of a rule, its own class adds.
    """

    area: str
    unit_id: UnitId
    target_groups: frozenset[str] = frozenset()
    age_of: AgeOf = AgeOf.ANY
    age_from: int | None = None
    age_to: int | None = None
    stand_in_unit_id: UnitId | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def takes(self, situation: Situation, on: date) -> bool:
        """Whether the rule speaks about this situation on that day."""
        return (
            covers(self.area, situation.area)
            and (not self.target_groups or bool(self.target_groups & situation.groups))
            and self.in_force(on)
            and self._takes_age(situation)
        )

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)

    def _takes_age(self, situation: Situation) -> bool:
        if self.age_of is AgeOf.ANY:
            return True
        age = situation.age(self.age_of)
        return age is not None and age.within(self.age_from, self.age_to)

    @property
    def is_for_some(self) -> bool:
        """Whether it names a target group: a rule for carers under 18 is one for young carers, by another name."""
        children = self.age_of is AgeOf.CARER and self.age_to is not None and self.age_to < OF_AGE
        return bool(self.target_groups) or children

    @property
    def bands_cut(self) -> tuple[AgeBand, ...]:
        """The age bands that it takes only some of: of whom only such a band is known, it takes nobody."""
        return bands_cut_by(self.age_from, self.age_to) if self.age_of is AgeOf.CARER else ()


R = TypeVar("R", bound=Rule)


def deciding(rules: Sequence[R], situation: Situation, on: date, open_units: Collection[UnitId]) -> R | None:
    """The one rule, in the municipality's order, that decides on that day; None: the default unit receives."""
    taking = (rule for rule in rules if rule.unit_id in open_units and rule.takes(situation, on))
    # min() keeps the first of equals
    return min(taking, key=lambda rule: (rule.area != situation.area, not rule.is_for_some), default=None)


def age_decides(
    rules: Sequence[Rule], default: UnitId, situation: Situation, on: date, open_units: Collection[UnitId]
) -> bool:
    """Whether more about the carer's age would lead to another unit: then it is asked for, and not guessed."""
    known = situation.age_of_carer or KnownAge(0, None)
    # between two neighbours of these, no rule tells one age from another
    limits = {known.least, OF_AGE}
    for rule in rules:
        limits |= {age for age in (rule.age_from, None if rule.age_to is None else rule.age_to + 1) if age is not None}
    possible = [exactly(age) for age in sorted(limits) if age <= OLDEST_ALIVE and known.meets(exactly(age))]

    def receiver(asked: Situation) -> UnitId:
        rule = deciding(rules, asked, on, open_units)
        return rule.unit_id if rule else default

    chosen = receiver(situation)
    return any(receiver(replace(situation, age_of_carer=age)) != chosen for age in possible)
