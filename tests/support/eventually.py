"""Waiting in tests: until something happens, or with a sentence that says what did not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


def eventually(predicate: Callable[[], Seen], *, saying: str, within: float = 30, every: float = 0.05) -> Seen:
    """Call `predicate` until it returns something true, and return that.

    An AssertionError that it raises counts as "not yet". `saying` completes "It did not happen that …".
    Raises AssertionError after `within` seconds, with what the last try gave.
    """
    until = time.monotonic() + within
    while True:
        try:
            seen = predicate()
            last = f"the last try gave {seen!r}"
        except AssertionError as not_yet:
            seen, last = None, f"the last try said: {not_yet}"  # type: ignore[assignment]
        if seen:
            return seen
        if time.monotonic() > until:
            raise AssertionError(f"It did not happen within {within:g} s that {saying}; {last}")
        time.sleep(every)


def never(predicate: Callable[[], object], *, saying: str, during: float = 1, every: float = 0.05) -> None:
    """Call `predicate` for `during` seconds; raises AssertionError as soon as it returns something true."""
    until = time.monotonic() + during
    while time.monotonic() < until:
        seen = predicate()
        if seen:
            raise AssertionError(f"It did happen that {saying}: {seen!r}")
        time.sleep(every)
