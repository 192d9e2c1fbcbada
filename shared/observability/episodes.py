"""A trouble that lasts is told when it begins, seldom while it goes on, and when it is over: not at every try.

Whoever tries again three times a second for a night writes a dozen lines, not a hundred thousand; and a disk that is
full already is not filled by those who say so.
"""

from __future__ import annotations

import time
from typing import Any

from shared.observability.logs import kind_of

FIRST_AGAIN = 10.0
SELDOM = 3600.0
SETTLED_AFTER = 5.0
MOST_KINDS = 20


class Episode:
    """One kind of trouble in one place, over and over: ``trouble`` at each failure, ``well`` at each success.

    Told are the first failure; each error of another kind, the first time; then one failure after ten seconds and at
    intervals twice as long each time, up to an hour, with how many there were (``times``) and for how long
    (``for_seconds``). It is over when nothing has failed for five seconds: who is well for a moment between two
    failures is not.

    ``over``: what is said then. ``settled_after``: seconds without a failure, where it is not five. ``about``:
    identifiers that every line carries.
    """

    def __init__(self, log: Any, over: str, *, settled_after: float = SETTLED_AFTER, **about: object) -> None:
        self._log = log
        self._over = over
        self._settled_after = settled_after
        self._about = about
        self._times = 0
        self._began = self._last = self._say_again_at = 0.0
        self._pause = FIRST_AGAIN
        self._kinds: set[str] = set()

    def trouble(self, event: str, *, level: str = "warning", **details: object) -> None:
        """It failed. ``details``: identifiers and codes of this failure, ``error`` among them."""
        now = time.monotonic()
        if not self._times:
            self._began, self._pause, self._kinds = now, FIRST_AGAIN, set()
            self._say_again_at = now + FIRST_AGAIN
        self._times += 1
        self._last = now
        new_kind = self._is_new(details.get("error"))
        if self._times == 1:
            self._say(level, event, details)
        elif now >= self._say_again_at:
            self._pause = min(SELDOM, 2 * self._pause)
            self._say_again_at = now + self._pause
            self._say(level, event, {**details, **self._so_far(now)})
        elif new_kind:
            self._say(level, event, {**details, **self._so_far(now)})

    def well(self) -> None:
        """It went well. Costs next to nothing where it did so before."""
        if self._times and time.monotonic() - self._last >= self._settled_after:
            self._say("info", self._over, self._so_far(self._last))
            self._times = 0

    def _is_new(self, error: object) -> bool:
        if not isinstance(error, BaseException) or len(self._kinds) == MOST_KINDS:
            return False
        kind = kind_of(error)
        known = kind in self._kinds
        self._kinds.add(kind)
        return not known

    def _so_far(self, until: float) -> dict[str, object]:
        return {"times": self._times, "for_seconds": round(until - self._began)}

    def _say(self, level: str, event: str, details: dict[str, object]) -> None:
        getattr(self._log, level)(event, **self._about, **details)
