"""The sequencer as a timer asks it, many times a second: only when something waits, and not for a while after a no."""

from __future__ import annotations

import time
from collections.abc import Callable

from services.audit.domain.refusals import LogIsNotOurs
from services.audit.processes.integrate import Sequencer


class PatientSequencer:
    """A sequencer that a timer may ask very often: after it has refused to sign, it is not asked for a while."""

    def __init__(
        self, process: Sequencer, *, wait_s: float = 15, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._process = process
        self._wait_s = wait_s
        self._seconds = seconds
        self._not_before: float | None = None

    def run(self) -> int:
        """As the sequencer does; 0 while waiting."""
        if self._not_before is not None and self._seconds() < self._not_before:
            return 0
        self._not_before = None
        try:
            return self._process.run()
        except LogIsNotOurs:
            self._not_before = self._seconds() + self._wait_s
            raise


class Integration:
    """The sequencer behind a look at its queue: one statement, since most of the time nothing waits.

    The first time it is asked in any case: it then compares the log with what it signed before.
    """

    def __init__(self, process: PatientSequencer, waits: Callable[[], bool]) -> None:
        """``waits``: whether anything is in the queue."""
        self._process = process
        self._waits = waits
        self._begun = False

    def run(self) -> bool:
        """Integrate what waits, if anything does; whether anything did. Raises as the sequencer does."""
        waits = self._waits()
        if waits or not self._begun:
            self._process.run()
            self._begun = True
        return waits
