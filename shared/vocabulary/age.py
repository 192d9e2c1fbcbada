"""What is known of somebody's age: exactly, by the year of birth, or as one of six bands.

An age is in whole years. What is known is a span: a band says "65 to 79", a year of birth says one of two ages. A rule
takes somebody when all that the age may be lies within the rule; a rule that cuts the span cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.translation import says
from shared.vocabulary.misread import Misread

OF_AGE = 18
OLDEST_ALIVE = 120
EARLIEST_YEAR = 1900


class YearIsNotYet(Misread):
    """Nobody has been born in a year to come."""

    slug = "year-is-not-yet"
    title = says("The year of birth is still to come.")


class YearIsTooFarBack(Misread):
    """Nobody lives who was born then."""

    slug = "year-is-too-far-back"
    title = says("Nobody who lives was born that year. Check the year of birth.")


class YearIsNotWhole(Misread):
    """Two digits could be either of two centuries."""

    slug = "year-is-not-whole"
    title = says("Write the year of birth with four digits.")


@dataclass(frozen=True)
class KnownAge:
    """From ``least`` to ``most`` years, both included. ``most`` None: or more; a rule up to 120 takes them all."""

    least: int
    most: int | None

    def within(self, first: int | None, last: int | None) -> bool:
        """Whether all that it may be lies from ``first`` to ``last`` years; None is no limit."""
        most = max(OLDEST_ALIVE, self.least) if self.most is None else self.most
        return (first is None or self.least >= first) and (last is None or most <= last)

    def cut_by(self, first: int | None, last: int | None) -> bool:
        """Whether some of what it may be lies within those ages, and some does not."""
        return self.meets(KnownAge(first or 0, last)) and not self.within(first, last)

    def meets(self, other: KnownAge) -> bool:
        """Whether both may be true of one person."""
        return (other.most is None or self.least <= other.most) and (self.most is None or other.least <= self.most)

    @property
    def is_child(self) -> bool:
        """Whether it is certainly under 18."""
        return self.within(None, OF_AGE - 1)

    @property
    def is_grown_up(self) -> bool:
        """Whether it is certainly not under 18."""
        return self.least >= OF_AGE


class AgeBand(StrEnum):
    """A carer's age where neither the year of birth nor an identity number is told."""

    UNDER_18 = "under-18"
    FROM_18_TO_24 = "18-24"
    FROM_25_TO_44 = "25-44"
    FROM_45_TO_64 = "45-64"
    FROM_65_TO_79 = "65-79"
    FROM_80 = "80-or-over"

    @property
    def ages(self) -> KnownAge:
        """What the band says."""
        return {
            AgeBand.UNDER_18: KnownAge(0, OF_AGE - 1),
            AgeBand.FROM_18_TO_24: KnownAge(OF_AGE, 24),
            AgeBand.FROM_25_TO_44: KnownAge(25, 44),
            AgeBand.FROM_45_TO_64: KnownAge(45, 64),
            AgeBand.FROM_65_TO_79: KnownAge(65, 79),
            AgeBand.FROM_80: KnownAge(80, None),
        }[self]


BAND_NAMES = {
    AgeBand.UNDER_18: says("Under 18"),
    AgeBand.FROM_18_TO_24: says("18 to 24"),
    AgeBand.FROM_25_TO_44: says("25 to 44"),
    AgeBand.FROM_45_TO_64: says("45 to 64"),
    AgeBand.FROM_65_TO_79: says("65 to 79"),
    AgeBand.FROM_80: says("80 or over"),
}
"""What each band is called where it begins a line; keys into the catalogue."""


def exactly(age: int) -> KnownAge:
    """An age that is known to the year."""
    return KnownAge(age, age)


def of_year(year: int, on: date) -> KnownAge:
    """What a year of birth says on a day: whether the birthday has been is not known."""
    turns = on.year - year
    return KnownAge(max(turns - 1, 0), max(turns, 0))


def counted_by_year(year: int, on: date) -> KnownAge:
    """The age that routing counts with when only the year of birth is known: the one that is reached that year.

    Whoever turns 18 that year may still be a child, and is taken for one.
    """
    turns = max(on.year - year, 0)
    return exactly(turns - 1 if turns == OF_AGE else turns)


def bands_cut_by(first: int | None, last: int | None) -> tuple[AgeBand, ...]:
    """The bands that ages from ``first`` to ``last`` take only some of."""
    return tuple(band for band in AgeBand if band.ages.cut_by(first, last))


def parse_year_of_birth(text: str, today: date) -> int:
    """A year with four digits. Raises YearIsNotWhole, YearIsNotYet or YearIsTooFarBack."""
    said = text.strip()
    if not (said.isascii() and said.isdigit() and len(said) == 4):
        raise YearIsNotWhole
    return check_year_of_birth(int(said), today)


def check_year_of_birth(year: int, today: date) -> int:
    """The year, if somebody who lives may have been born then. Raises YearIsNotYet or YearIsTooFarBack."""
    if year > today.year:
        raise YearIsNotYet
    if year < EARLIEST_YEAR:
        raise YearIsTooFarBack
    return year
