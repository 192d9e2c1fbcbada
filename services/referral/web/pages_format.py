"""How pages write days and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import phonenumbers
from flask_babel import format_date, format_datetime

SWEDEN = 46


def last_day(until: datetime) -> str:
    """The last day of a promise, which holds until that day's end: "tisdag 24 november"."""
    return str(format_datetime(until - timedelta(seconds=1), "EEEE d MMMM"))


def short_last_day(until: datetime) -> str:
    """The same in few characters, for lists: "tis 24 nov."."""
    return str(format_datetime(until - timedelta(seconds=1), "EEE d MMM"))


def days(each: Iterable[date]) -> str:
    """Some days after one another: "24 november 2026, 25 november 2026"."""
    return ", ".join(str(format_date(day, "d MMMM yyyy")) for day in each)


def telephone(number: str) -> str:
    """A number as people write it: Swedish ones without the country code."""
    try:
        known = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    swedish = known.country_code == SWEDEN
    form = phonenumbers.PhoneNumberFormat.NATIONAL if swedish else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(known, form)
