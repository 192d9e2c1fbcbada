"""A clock that jumps is seen, by how much, and not believed for a while; one that goes is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.kernel.steady import LONG_ENOUGH, SteadyClock, SteadyTime, seconds_asleep_too

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


class Wall:
    """The clock on the wall, as something to be asked."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks

    def now(self) -> datetime:
        """What it shows."""
        return self.clocks.wall


def steady(clocks: Clocks) -> SteadyClock:
    """A clock that goes on over jumps."""
    made = SteadyClock(Wall(clocks), seconds=lambda: clocks.seconds)
    assert made.now() == clocks.wall
    return made


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=-3), timedelta(minutes=2)])
def test_over_a_jump_time_goes_on_as_before_until_it_is_believed(jump: timedelta) -> None:
    """Not for longer: it may have been wrong before, and be right now."""
    clocks = Clocks()
    clock = steady(clocks)
    clocks.wall += jump
    for minute in range(1, 16):
        clocks.go(60)
        assert clock.now() == NOON + timedelta(minutes=minute)
    clocks.go(61)
    assert clock.now() == clocks.wall


def test_a_jump_that_is_put_right_is_never_shown() -> None:
    """However often it is asked, and for as long as it takes to believe it again."""
    clocks = Clocks()
    clock = steady(clocks)
    for jump in (timedelta(days=400), timedelta(days=-400), timedelta(0)):
        clocks.wall += jump
        for _ in range(14):
            clocks.go(60)
            shown = clock.now()
            assert NOON < shown == NOON + timedelta(seconds=clocks.seconds - 5_000)
    clocks.go(LONG_ENOUGH)
    assert clock.now() == clocks.wall


def test_a_clock_that_is_rarely_asked_is_believed_as_well() -> None:
    """On a quiet night nothing is signed for hours."""
    clocks = Clocks()
    clock = steady(clocks)
    clocks.go(40_000)
    assert clock.now() == clocks.wall
    assert seconds_asleep_too() > 0
