"""How fast the verification goes: little at a time, and through the whole log within a day."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

import pytest

from services.audit.processes.verify_in_background import LATE, Pace, share
from services.audit.service import VERIFY_EVERY_S


@pytest.mark.holds("the-log-is-verified-by-itself")
@pytest.mark.parametrize("size", [1, 64, 5_000, 1_000_000, 20_000_000])
def test_a_whole_round_takes_less_than_a_day(size: int) -> None:
    """Also with twice as long between ticks as asked for, as on a busy machine; then before it counts as late."""
    ticks = ceil(size / share(size, Pace()))
    assert timedelta(seconds=ticks * VERIFY_EVERY_S * 2) <= timedelta(days=1) < LATE


def test_it_looks_at_what_is_new_well_within_a_minute() -> None:
    """And the pace is reckoned with the time between ticks that the timer has."""
    assert Pace().every == VERIFY_EVERY_S <= 10


def test_a_round_that_nobody_waits_for_takes_little_at_a_time() -> None:
    """A million entries: some two hundred at a tick, a few milliseconds of work."""
    assert share(1_000_000, Pace()) < 200
