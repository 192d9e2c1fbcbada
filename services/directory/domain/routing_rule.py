"""One routing rule, and the situation that it is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.directory.domain.areas import covers
from services.directory.domain.refusals import AgesAreTurnedAround, PeriodEndsBeforeItBegins, RuleNeedsAReason
from shared.kernel.identity import UnitId
from shared.vocabulary.age import OF_AGE, YOUNG_CARERS, AgeBand, KnownAge, bands_cut_by

OLDEST = 130


class AgeOf(StrEnum):
    """Whose age a rule asks about; ANY asks about nobody's.

    The age of the person cared for is unknown in a carer-only referral.
    """

    CARER = "carer"
    PERSON_CARED_FOR = "person-cared-for"
    ANY = "any"


@dataclass(frozen=True)
class Situation:
    """What is known of the carer when a receiver is looked for. None: not known, or not to be told."""

    area: str
    target_groups: frozenset[str] = frozenset()
    carer_age: KnownAge | None = None
    person_cared_for_age: KnownAge | None = None

    @property
    def groups(self) -> frozenset[str]:
        """The target groups, told or known: a carer under 18 is a young carer, whether or not somebody ticked it."""
        young = self.carer_age is not None and self.carer_age.is_child
        return self.target_groups | {YOUNG_CARERS} if young else self.target_groups

    def age(self, of: AgeOf) -> KnownAge | None:
        """What is known of the age asked about: exact, or a span such as a band; None when nothing is."""
        return self.carer_age if of is AgeOf.CARER else self.person_cared_for_age


@dataclass(frozen=True)
class RoutingRule:
    """Area × target groups × age × period → unit, stand-in and a sentence why. Ages include both ends.

    No target groups means all of them. ``valid_to`` is the first day on which the rule is no longer in force.
    """

    id: UUID
    area: str
    unit_id: UnitId
    reason_sv: str
    target_groups: frozenset[str] = frozenset()
    age_of: AgeOf = AgeOf.ANY
    age_from: int | None = None
    age_to: int | None = None
    stand_in_unit_id: UnitId | None = None
    valid_from: date = date(2025, 1, 1)
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not self.reason_sv.strip():
            raise RuleNeedsAReason(fields={"/reason_sv": RuleNeedsAReason.title})
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise PeriodEndsBeforeItBegins(fields={"/valid_to": PeriodEndsBeforeItBegins.title})
        if not 0 <= (self.age_from or 0) <= (OLDEST if self.age_to is None else self.age_to) <= OLDEST:
            raise AgesAreTurnedAround(fields={"/age_to": AgesAreTurnedAround.title})

    def fits(self, situation: Situation, on: date) -> bool:
        """Whether the rule speaks about this situation on that day."""
        return (
            self.in_force(on)
            and covers(self.area, situation.area)
            and (not self.target_groups or bool(self.target_groups & situation.groups))
            and self._fits_age(situation)
        )

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def _fits_age(self, situation: Situation) -> bool:
        if self.age_of is AgeOf.ANY:
            return True
        age = situation.age(self.age_of)
        return age is not None and age.within(self.age_from, self.age_to)

    @property
    def names_a_group(self) -> bool:
        """Whether it is for some: a rule for carers under 18 is one for young carers, by another name."""
        children = self.age_of is AgeOf.CARER and self.age_to is not None and self.age_to < OF_AGE
        return bool(self.target_groups) or children

    @property
    def bands_cut(self) -> tuple[AgeBand, ...]:
        """The age bands that it takes only some of: of whom only such a band is known, it takes nobody."""
        return bands_cut_by(self.age_from, self.age_to) if self.age_of is AgeOf.CARER else ()
