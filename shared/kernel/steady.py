"""Whether the date can be relied on: the wall clock is held against the one that nobody sets."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.kernel.clock import Clock

APART = 60.0
"""Seconds by which the wall clock may go otherwise than the monotonic one between two looks, before it has jumped."""
LONG_ENOUGH = 900.0


class SteadyTime:
    """Remembers how the clocks went. Who deletes by the date asks it first: a jump is soon put right, or it was meant.

    ``from_the_start``: whether the date is relied on before anything is known; a process that began on a wrong clock
    has nothing to hold it against. ``long_enough``: seconds without a jump after which the date is believed.
    """

    def __init__(
        self,
        *,
        from_the_start: bool = False,
        long_enough: float = LONG_ENOUGH,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._long_enough = long_enough
        self._seconds = seconds
        self._before: tuple[datetime, float] | None = None
        self._steady_since = seconds() - (long_enough if from_the_start else 0.0)

    def look(self, now: datetime) -> float:
        """By how many seconds the wall clock has jumped since the last look: 0 where it has not."""
        at = self._seconds()
        before, self._before = self._before, (now, at)
        if before is None:
            return 0.0
        jump = (now - before[0]).total_seconds() - (at - before[1])
        if abs(jump) <= APART:
            return 0.0
        self._steady_since = at
        return jump

    @property
    def holds(self) -> bool:
        """Whether it has not jumped for long enough."""
        return self._seconds() - self._steady_since >= self._long_enough


def seconds_asleep_too() -> float:
    """By a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SteadyClock:
    """A clock for what is signed for ever: when the machine's has jumped, it goes on from the time before.

    For as long as the jump may be put right (``long_enough``); then it is believed. A clock that was wrong when this
    began is believed too: it has nothing to be held against.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        long_enough: float = LONG_ENOUGH,
        seconds: Callable[[], float] = seconds_asleep_too,
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._date = SteadyTime(from_the_start=True, long_enough=long_enough, seconds=seconds)
        self._relied_on: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        now, at = self._clock.now(), self._seconds()
        self._date.look(now)
        if self._date.holds or self._relied_on is None:
            self._relied_on = now, at
            return now
        before, then = self._relied_on
        return before + timedelta(seconds=at - then)
