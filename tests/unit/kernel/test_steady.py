"""A clock that jumps is seen, by how much, and not believed for a while; one that goes is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.kernel.steady import LONG_ENOUGH, SteadyTime

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clocks:
    """The one on the wall, and the one that nobody sets."""

    def __init__(self) -> None:
        self.wall, self.seconds = NOON, 5_000.0

    def go(self, seconds: float) -> None:
        """Time passes."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.mark.parametrize(
    "jump", [timedelta(minutes=-2), timedelta(minutes=2), timedelta(hours=-3), timedelta(days=400)]
)
def test_a_jump_is_seen_and_believed_after_a_quarter_of_an_hour(jump: timedelta) -> None:
    """Either way, by minutes or by a year; once, and not again while it goes on from there."""
    clocks = Clocks()
    date = SteadyTime(from_the_start=True, seconds=lambda: clocks.seconds)
    assert date.look(clocks.wall) == 0
    clocks.go(60)
    assert date.look(clocks.wall) == 0
    assert date.holds
    clocks.wall += jump
    clocks.go(60)
    assert date.look(clocks.wall) == jump.total_seconds()
    assert not date.holds
    while clocks.seconds < 5_000 + 120 + LONG_ENOUGH:
        assert not date.holds
        clocks.go(60)
        assert date.look(clocks.wall) == 0
    assert date.holds


def test_one_that_jumps_and_is_put_right_is_believed_a_quarter_of_an_hour_later() -> None:
    """Both were jumps."""
    clocks = Clocks()
    date = SteadyTime(from_the_start=True, seconds=lambda: clocks.seconds)
    for jump in (0, 86_400, -86_400):
        clocks.wall += timedelta(seconds=jump)
        clocks.go(60)
        assert date.look(clocks.wall) == jump
    clocks.go(LONG_ENOUGH - 60)
    assert date.look(clocks.wall) == 0
    assert not date.holds
    clocks.go(60)
    assert date.holds


def test_a_process_that_has_just_begun_knows_nothing() -> None:
    """It may have begun on a clock that is wrong; who only loses what can be had otherwise need not wait."""
    clocks = Clocks()
    assert not SteadyTime(seconds=lambda: clocks.seconds).holds
    assert SteadyTime(from_the_start=True, seconds=lambda: clocks.seconds).holds


def test_a_clock_that_is_slewed_has_not_jumped() -> None:
    """As time services do: some seconds in a minute."""
    clocks = Clocks()
    date = SteadyTime(from_the_start=True, seconds=lambda: clocks.seconds)
    for _ in range(100):
        clocks.go(60)
        clocks.wall += timedelta(seconds=5)
        assert date.look(clocks.wall) == 0
    assert date.holds
