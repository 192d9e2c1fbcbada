"""Sweden's working days: public holidays, and days free in fact (the eves of Midsummer, Christmas and New Year)."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

import holidays

from services.referral.domain.clocks import WorkingCalendar


@cache
def swedish_calendar() -> WorkingCalendar:
    """The calendar, made once; it works out a year when first asked about it."""
    days = holidays.country_holidays("SE", categories=("public", "de_facto"))
    return WorkingCalendar(days, ZoneInfo("Europe/Stockholm"))
