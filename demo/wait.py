"""Waiting with a limit. Every wait knows the sentence to say when it was in vain."""

from __future__ import annotations

import time
from collections.abc import Callable

from operations.trouble import NotInTime


def wait_until(
    happened: Callable[[], bool],
    *,
    saying: str,
    within: float,
    every: float = 0.05,
    give_up: Callable[[], str | None] = lambda: None,
) -> None:
    """Return as soon as `happened()` is true.

    `saying` completes the sentence "Waited … for {saying}". `give_up` may return a reason to stop early,
    such as "the process ended": there is no point in waiting for a dead program's port.

    Raises NotInTime.
    """
    until = time.monotonic() + within
    while not happened():
        reason = give_up()
        if reason is not None:
            raise NotInTime(f"Gave up waiting for {saying}: {reason}")
        if time.monotonic() > until:
            raise NotInTime(f"Waited {within:g} seconds for {saying}, in vain.")
        time.sleep(every)
