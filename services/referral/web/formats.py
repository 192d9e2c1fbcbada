"""How pages write days and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import format_date, format_datetime


def last_day(until: datetime) -> str:
    """The last day of a promise, which holds until that day's end: "tisdag 24 november"."""
    return str(format_datetime(until - timedelta(seconds=1), "EEEE d MMMM"))


def short_last_day(until: datetime) -> str:
    """The same in few characters, for lists: "tis 24 nov."."""
    return str(format_datetime(until - timedelta(seconds=1), "EEE d MMM"))


def days(each: Iterable[date]) -> str:
    """Some days after one another: "24 november 2026, 25 november 2026"."""
    return ", ".join(str(format_date(day, "d MMMM yyyy")) for day in each)


def with_typed(choices: list[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Times of day to choose among, and the one that was typed: a system may have kept one that is no whole hour."""
    known = not typed or any(typed == value for value, _ in choices)
    return choices if known else [*choices, (typed, typed.replace(":", "."))]
