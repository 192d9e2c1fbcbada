"""When to try again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.retry import FIRST, GIVE_UP_AFTER, LONGEST, is_hopeless, wait_before


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_wait_is_never_longer_than_an_hour_nor_shorter_than_half_the_first(attempt: int, chance: float) -> None:
    """However many tries there were."""
    assert FIRST / 2 <= wait_before(attempt, chance) <= LONGEST


def test_waits_double() -> None:
    """5, 10, 20 seconds …"""
    assert [wait_before(n, 1).total_seconds() for n in range(1, 6)] == [5, 10, 20, 40, 80]


def test_chance_spreads_them_over_the_upper_half() -> None:
    """So that a server that comes back is not met by all at once."""
    assert wait_before(3, 0) == wait_before(3, 1) / 2


@pytest.mark.parametrize(("attempt", "chance"), [(0, 0.5), (1, -0.1), (1, 1.1)])
def test_nonsense_is_refused(attempt: int, chance: float) -> None:
    """Attempts count from one and chance lies between 0 and 1."""
    with pytest.raises(ValueError, match="attempts"):
        wait_before(attempt, chance)


@pytest.mark.holds("tried-for-four-days")
def test_a_notice_is_given_up_after_four_days_and_not_before() -> None:
    """RFC 5321 asks for at least four."""
    assert is_hopeless(GIVE_UP_AFTER)
    assert not is_hopeless(GIVE_UP_AFTER - timedelta(seconds=1))
