"""When to try again after a temporary failure, and when to stop."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=4)  # RFC 5321, 4.5.4.1: "generally needs to be at least 4-5 days"
LEASE = timedelta(minutes=2)
LONGEST_PUT_OFF = LONGEST + LEASE
"""Nothing is ever due later than that."""


def wait_before(attempt: int, chance: float) -> timedelta:
    """How long to wait after the ``attempt``-th failure (from 1): doubling from 5 s to at most an hour.

    ``chance`` between 0 and 1 spreads the tries over the upper half of that time, so that a mail server that comes
    back is not met by everybody at once.
    """
    if attempt < 1 or not 0 <= chance <= 1:
        raise ValueError("attempts count from 1 and chance lies between 0 and 1")
    doubled: int = 2 ** min(attempt - 1, 20)
    full = min(FIRST * doubled, LONGEST)
    return full * (0.5 + chance / 2)


def is_hopeless(age: timedelta) -> bool:
    """Whether a notice has been tried for so long that somebody must be told instead."""
    return age >= GIVE_UP_AFTER
