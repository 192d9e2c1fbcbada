"""Which day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.kernel.clock import swedish_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_is_swedish(moment: datetime, day: date) -> None:
    """Summer and winter: midnight in Sweden comes before midnight in UTC."""
    assert swedish_day(moment) == day
