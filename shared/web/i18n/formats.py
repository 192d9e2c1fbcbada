"""How days, times and lists are written in the reader's language: by Babel, and remembered, since a list has dozens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_time
from babel.lists import format_list
from flask_babel import gettext as _
from markupsafe import Markup

from shared.kernel.clock import SWEDEN
from shared.vocabulary.hours import MIDNIGHT, Hours
from shared.web.i18n.languages import Language
from shared.web.i18n.negotiation import speaking

_TIME = Markup('<time datetime="%s">%s</time>')
MONTHS, HOURS = 4_000, 1_500  # as many days and times of day, in two languages or so, as are remembered


def moment(at: datetime | None) -> Markup:
    """A moment as people write it, with the exact time for machines."""
    if at is None:
        return Markup("–")
    return _TIME % (at.isoformat(timespec="seconds"), moment_in_words(at))


def day(at: datetime | None) -> Markup:
    """A day as people write it, with the exact one for machines."""
    if at is None:
        return Markup("–")
    return _TIME % (at.isoformat()[:10], in_words(at))


def moment_in_words(at: datetime) -> str:
    """A moment as it is in Sweden: "24 november 2026 kl. 14.05"."""
    local = at.astimezone(SWEDEN)
    return str(_("%(day)s at %(time)s", day=in_words(local), time=clock(local.time())))


def in_words(at: date) -> str:
    """A day as people write it: "24 november 2026"; of a moment, the day that it is here."""
    return _long(speaking(), _local(at))


def weekday(at: date) -> str:
    """A day that is near: "tisdag 24 november"."""
    return _patterned(speaking(), _local(at), speaking().weekday)


def short_weekday(at: date) -> str:
    """The same in few characters, for lists: "tis 24 nov."."""
    return _patterned(speaking(), _local(at), speaking().short_weekday)


def short_day(at: date) -> str:
    """A day in few characters: "24 nov. 2026"."""
    return _short(speaking(), _local(at))


def clock(at: time) -> str:
    """A time of day: "14.05"; "14:05" in English."""
    return _clock(speaking(), at.hour, at.minute)


def clock_of_end(at: time) -> str:
    """The end of a span of hours: midnight is 24.00 there, but with those who count to twelve twice."""
    said = clock(at)
    return f"24{said[2:]}" if at == MIDNIGHT and said.startswith("00") else said


def clock_as_chosen(written: str) -> str:
    """A time of day as forms send it, "08:00" or "24:00", as pages show it."""
    return clock_of_end(MIDNIGHT) if written == "24:00" else clock(time.fromisoformat(written))


def span(hours: Hours) -> str:
    """Between which hours: "08.00–17.00"."""
    return f"{clock(hours.begins)}–{clock_of_end(hours.ends)}"


def clock_of(at: datetime) -> str:
    """The time of day that a moment has here."""
    return clock(at.astimezone(SWEDEN).time())


def listed(each: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    """Several things in a sentence: "telefonsamtal, sms eller brev"; empty for none."""
    return format_list(list(each), style=style, locale=speaking().conventions)


def _local(at: date) -> date:
    return at.astimezone(SWEDEN).date() if isinstance(at, datetime) else at


@lru_cache(maxsize=MONTHS)
def _long(language: Language, day: date) -> str:
    # a year has four digits, also in the register's oldest and in what was mistyped
    pattern = str(language.conventions.date_formats["long"])
    return format_date(day, pattern if "yy" in pattern else pattern.replace("y", "yyyy"), language.conventions)


@lru_cache(maxsize=MONTHS)
def _short(language: Language, day: date) -> str:
    return format_date(day, "medium", language.conventions)


@lru_cache(maxsize=MONTHS)
def _patterned(language: Language, day: date, pattern: str) -> str:
    return format_date(day, pattern, language.conventions)


@lru_cache(maxsize=HOURS)
def _clock(language: Language, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), language.clock_pattern, locale=language.conventions)
