"""Sweden's working days: public holidays, and days free in fact (the eves of Midsummer, Christmas and New Year)."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

from services.referral.domain.clocks import WorkingCalendar
from shared.kernel.clock import SWEDEN


class DaysOff:
    """Sweden's days off; a year is worked out when first asked about, and a day is looked up in it once."""

    def __init__(self) -> None:
        self._days = holidays.country_holidays("SE", categories=("public", "de_facto"))
        self._known: dict[date, bool] = {}

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        # at most as many days as promises have ever been counted over
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = day in self._days
        return known


@cache
def swedish_calendar() -> WorkingCalendar:
    """The calendar, made once."""
    return WorkingCalendar(DaysOff(), SWEDEN)
