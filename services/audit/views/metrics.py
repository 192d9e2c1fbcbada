"""What of the log is shown to machines that watch: counts, ages and kinds, never a number of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from services.audit.domain.alarms import KINDS, THE_LOG
from services.audit.log.check import KINDS as FOUND
from services.audit.processes.verification import State
from shared.observability import metrics


def show_alarms(standing: Mapping[str, int]) -> None:
    """How many alarms stand open, by kind: of those without any, that there are none."""
    for kind in {*KINDS, *FOUND, *standing}:
        metrics.alarms_open.labels(kind).set(standing.get(kind, 0))


def show_queue(waiting: int, waited: timedelta | None) -> None:
    """How much waits to enter the log, and for how long the oldest has."""
    metrics.log_waiting.labels(THE_LOG).set(waiting)
    metrics.log_waiting_age.labels(THE_LOG).set(0 if waited is None else waited.total_seconds())


def show_verification(state: State) -> None:
    """When it last looked, at what is new and at the whole, and whether all of it holds."""
    metrics.log_entries.labels(THE_LOG).set(state.seen)
    metrics.log_holds.labels(THE_LOG).set(0 if state.holds is False else 1)
    if state.looked_at is not None:
        metrics.log_looked_at.labels(THE_LOG).set(state.looked_at.timestamp())
    metrics.log_verified_at.labels(THE_LOG).set(state.last.finished_at.timestamp() if state.last is not None else 0)
