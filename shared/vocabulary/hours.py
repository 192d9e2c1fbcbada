"""Times of day and spans of them, by the clock on the wall in Sweden: safe hours, opening hours.

A span may pass midnight (22–06) and may be all day. Its end is not part of it, and midnight at the end is written 24:00
and kept as ``time(0)``, since Python's and PostgreSQL's times end before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from shared.kernel.translation import says
from shared.vocabulary.misread import Misread

MIDNIGHT = time(0)
DAY_IN_MINUTES = 24 * 60
_TIME = re.compile(r"([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9])(?:[:.]00(?:[.,]0+)?)?)?", re.ASCII)
# an offset, as ISO 8601 writes it, or the name of a zone
_ZONE = re.compile(
    r"[0-9]{1,2}(?:[:.][0-9]{2})+\s*(?:[+\-\u2212][0-9:.]{1,9}|[A-Za-z/_]{1,40})|[0-9]{1,2}\s*[Zz]", re.ASCII
)


class NotATimeOfDay(Misread):
    """Neither hours and minutes, nor an hour."""

    slug = "not-a-time-of-day"
    title = says("Write the time as hours and minutes, for example 08:30.")


class TimeHasAZone(Misread):
    """A local time is the same in summer and winter; one with an offset is another moment."""

    slug = "time-has-a-zone"
    title = says("Write the time without a time zone: Swedish time holds.")


class HoursAreHalfSaid(Misread):
    """Only one end was said."""

    slug = "hours-are-half-said"
    title = says("Give both the first and the last hour.")


class HoursAreNone(Misread):
    """Beginning and end are the same: all day, or not at all?"""

    slug = "hours-are-none"
    title = says("The two times are the same. All day is written 00:00 to 24:00.")


def parse_time_of_day(text: str) -> time:
    """A local time, without seconds: "08:30", "8.30", "8", "08:30:00". Raises NotATimeOfDay or TimeHasAZone.

    24:00 is midnight, which begins and ends a day: ``time(0)``.
    """
    said = text.strip()
    found = _TIME.fullmatch(said)
    if found is None:
        raise TimeHasAZone if _ZONE.fullmatch(said) else NotATimeOfDay
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour == 24:
        if minute:
            raise NotATimeOfDay
        return MIDNIGHT
    return time(hour, minute)


@dataclass(frozen=True)
class Hours:
    """A span of the day in local time, ``begins`` included, ``ends`` not. Raises HoursAreNone or TimeHasAZone.

    ``ends`` before ``begins``: it passes midnight. Both midnight: all day.
    """

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins.tzinfo or self.ends.tzinfo:
            raise TimeHasAZone
        if self.begins == self.ends != MIDNIGHT:
            raise HoursAreNone

    @property
    def all_day(self) -> bool:
        """Whether it is round the clock."""
        return self.begins == self.ends

    @property
    def minutes(self) -> int:
        """How long it is by the clock on the wall, in minutes: from 1 to 1,440."""
        return (_minutes(self.ends) - _minutes(self.begins)) % DAY_IN_MINUTES or DAY_IN_MINUTES

    def covers(self, at: time) -> bool:
        """Whether a local time of day falls within it."""
        since = (_minutes(at) - _minutes(self.begins)) % DAY_IN_MINUTES
        return since < self.minutes

    def __str__(self) -> str:
        """As pages write it: "08.00–17.00", "22.00–06.00", "00.00–24.00"."""
        return f"{written(self.begins)}–{written_end(self.ends)}"


def hours_of(begins: time | None, ends: time | None) -> Hours | None:
    """A span from its two ends, or None when neither was said. Raises HoursAreHalfSaid or what ``Hours`` raises."""
    if begins is None and ends is None:
        return None
    if begins is None or ends is None:
        raise HoursAreHalfSaid
    return Hours(begins, ends)


def written(at: time) -> str:
    """A time as pages write it: "08.30"."""
    return f"{at:%H.%M}"


def written_end(at: time) -> str:
    """The end of a span as pages write it: midnight is 24.00 there."""
    return "24.00" if at == MIDNIGHT else written(at)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
