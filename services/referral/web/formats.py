"""How pages write days and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from shared.web.i18n.formats import clock_as_chosen, in_words, short_weekday, weekday


def last_day(until: datetime) -> str:
    """The last day of a promise, which holds until that day's end: "tisdag 24 november"."""
    return weekday(until - timedelta(seconds=1))


def short_last_day(until: datetime) -> str:
    """The same in few characters, for lists: "tis 24 nov."."""
    return short_weekday(until - timedelta(seconds=1))


def days(each: Iterable[date]) -> str:
    """Some days after one another: "24 november 2026, 25 november 2026"."""
    return ", ".join(in_words(day) for day in each)


def with_typed(choices: list[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Times of day to choose among, and the one that was typed: a system may have kept one that is no whole hour."""
    known = not typed or any(typed == value for value, _ in choices)
    return choices if known else [*choices, (typed, _as_typed(typed))]


def _as_typed(typed: str) -> str:
    try:
        return clock_as_chosen(typed)
    except ValueError:
        # no time of day: shown as it is, beside what is wrong with it
        return typed.replace(":", ".")
