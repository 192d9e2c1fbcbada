"""Whether the services reach one another at all, as far as this one can tell; and when those who run them are told.

An alarm of the log comes over the bus, so of a bus that stands still nobody would be told. This service hands letters
over by another way, and can tell of it itself: when the directory, which speaks every ten seconds, has not been heard,
or when what this service says itself is not confirmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SILENCE = timedelta(minutes=5)
"""As long as the audit log waits before a publisher's silence is an alarm."""
MORE_AFTER = timedelta(hours=1)
AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Signs:
    """What changes while the bus is alive. ``heard_at``: when the directory was last heard; None when it never was.

    ``waiting``: the oldest of this service's events that nobody has confirmed; None where there is none.
    """

    heard_at: datetime | None
    waiting: UUID | None


class Listening:
    """Remembers, for one process, since when each sign has been the same.

    By a clock that nobody sets, and from this process's first look on: neither a clock that is put right nor a night in
    which everything was stopped is a silence.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._signs: Signs | None = None
        self._heard = self._moved = 0.0

    def silent_for(self, signs: Signs) -> timedelta | None:
        """For how long nothing has come, or gone; None while it is not SILENCE yet."""
        now = self._seconds()
        before, self._signs = self._signs, signs
        if before is None or signs.heard_at != before.heard_at:
            self._heard = now
        if before is None or signs.waiting is None or signs.waiting != before.waiting:
            self._moved = now
        silent = timedelta(seconds=now - min(self._heard, self._moved))
        return silent if silent >= SILENCE else None


def is_due(silent_for: timedelta, told_at: datetime | None, now: datetime) -> bool:
    """Whether a letter is to go out now. ``told_at``: when the last one did.

    The first at once; of another silence no more than one an hour; of the same again each day.
    """
    if told_at is None:
        return True
    another = told_at < now - silent_for
    return now - told_at >= (MORE_AFTER if another else AGAIN_AFTER)
