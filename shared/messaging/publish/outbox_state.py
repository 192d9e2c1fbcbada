"""What an outbox looks like from outside: how much of it waits, for how long, and when the broker last took something.

Measured whether the broker takes anything or not: one that is away, or takes what it is given and confirms none of it,
is the very thing that these numbers are to tell.
"""

from __future__ import annotations

import time

from shared.messaging.publish.claims import Claims
from shared.observability import metrics

MEASURE_EVERY = 2.0


class Measuring:
    """One relay's measurements."""

    def __init__(self, publisher: str) -> None:
        self._publisher = publisher
        self._next = 0.0
        # said from the beginning: of a relay that was never elected, or never confirmed, nobody would hear
        metrics.relay_active.labels(publisher).set(0)
        metrics.broker_confirmed.labels(publisher).set(0)

    def look(self, claims: Claims) -> None:
        """Measure, if it is time. Raises database errors."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + MEASURE_EVERY
            self._show(*claims.unsent())

    def stands_by(self) -> None:
        """Another relay is active, and measures: what this one saw last would stand beside it for ever."""
        self._show(0, 0.0)

    def confirmed(self, events: int) -> None:
        """The broker has just confirmed so many."""
        if events:
            metrics.broker_confirmed.labels(self._publisher).set_to_current_time()

    def _show(self, waiting: int, age: float) -> None:
        metrics.outbox_waiting.labels(self._publisher).set(waiting)
        metrics.outbox_age.labels(self._publisher).set(age)
