"""Compares what each relay says that it has published with what the log holds: so "nothing lost" is checked.

A gap is named by publisher and sequence numbers. It is *explained* when the missing messages lie parked, where they can
be replayed; otherwise somebody has to look. An alarm closes by itself when the gap does. What waits for longer than
STANDSTILL to enter the log is an alarm too: the sequencer has stopped, or refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from services.audit.commands.integrate_pending import THE_LOG
from services.audit.domain.gaps import missing, split
from services.audit.domain.ports import Alarm, Announcement, Sequences
from shared.kernel.clock import Clock

GRACE = timedelta(seconds=20)
SILENCE = timedelta(minutes=5)
MISSING = "events-missing"
SILENT = "publisher-silent"
STANDSTILL = timedelta(seconds=60)
STANDS_STILL = "log-stands-still"

ParkedSequences = Callable[[], Mapping[str, Iterable[int]]]
"""By source, the sequences of messages that lie parked before audit."""


def reconcile(sequences: Sequences, clock: Clock, parked: ParkedSequences) -> list[Alarm]:
    """Set the alarms to what is true now; returns those that are open.

    Announcements overtake events, so one is only held against the log after GRACE.
    """
    now = clock.now()
    lying: Mapping[str, Iterable[int]] | None = None
    alarms: list[Alarm] = []
    said_last: dict[str, Announcement] = {}
    for said in sequences.announcements():
        publisher = said.source.rpartition("/")[0]
        if publisher not in said_last or said.heard_at > said_last[publisher].heard_at:
            said_last[publisher] = said
        if now - said.heard_at >= GRACE:
            gaps = missing(said.highest, said.heard)
            if gaps and lying is None:
                # looking at parked messages disturbs the broker a little, so only when there is something to explain
                lying = parked()
            unexplained, explained = split(gaps, (lying or {}).get(said.source, ()))
            alarms += [Alarm(MISSING, said.source, first, last) for first, last in unexplained]
            alarms += [Alarm(MISSING, said.source, first, last, explained=True) for first, last in explained]
    # an epoch that a restore has ended is silent for ever, and rightly so
    for said in said_last.values():
        if now - said.heard_at >= SILENCE:
            alarms.append(Alarm(SILENT, said.source, said.highest, said.highest))
    waited = sequences.oldest_waiting()
    if waited is not None and waited > STANDSTILL:
        alarms.append(Alarm(STANDS_STILL, THE_LOG, 0, 0))
    sequences.set_alarms(alarms, now)
    return alarms
