"""How often something may happen: so many times within a while for each caller, kept in this process's memory.

A bucket of so many tokens that fills again evenly (pyrate-limiter's GCRA): two numbers for each caller, whatever comes.
Memory, since processes are few and what is counted is worth nothing after a minute or an hour: see
docs/decisions/0017-limits.md.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from pyrate_limiter import InMemoryStateStore, Rate, TokenBucket

SECONDS = {"second": 1, "minute": 60, "hour": 3600}
WRITTEN = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(SECONDS)})")
# beyond these whoever has not been here for longest is forgotten
MOST_CALLERS = 20_000


@dataclass(frozen=True)
class Allowance:
    """So many times within so many seconds; at most so many at once."""

    times: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Allowance | None:
        """From ``300/minute`` (or second, hour); None, without a limit, from ``none``. Raises ValueError."""
        if text == "none":
            return None
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("so many/second, /minute or /hour, or none")
        return cls(int(found[1]), SECONDS[found[2]])


class Spending:
    """What callers have left of one allowance. Safe between threads."""

    def __init__(self, allowance: Allowance | None) -> None:
        self._rates = [Rate(allowance.times, allowance.seconds * 1000)] if allowance else []
        self._callers: OrderedDict[str, InMemoryStateStore] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, caller: str) -> int:
        """Once more: 0, or when it is too often the seconds after which it is not, and nothing is spent."""
        if not self._rates:
            return 0
        with self._lock:
            store = self._callers.pop(caller, None) or InMemoryStateStore()
            self._callers[caller] = store
            if len(self._callers) > MOST_CALLERS:
                self._callers.popitem(last=False)
        decision = store.check(  # type: ignore[no-untyped-call]  # the library says no types of it
            _BUCKET, self._rates, time.monotonic_ns() // 1_000_000, 1
        )
        return 0 if decision.allowed else max(1, math.ceil((decision.retry_after_ms or 1000) / 1000))


_BUCKET = TokenBucket()
