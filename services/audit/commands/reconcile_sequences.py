"""Compares what each relay says that it has published with what the log holds: so "nothing lost" is checked.

A gap is named by publisher and sequence numbers. It is *explained* when the missing messages lie parked, where they can
be replayed; otherwise somebody has to look. An alarm about it opens once and stays until the gap is filled or a
reviewer closes it with a reason (domain/alarms.py). What waits for longer than a minute to enter the log is an alarm
too: the sequencer has stopped, or refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.audit.domain.alarms import (
    COME_AND_GO,
    EVENTS_MISSING,
    LOG_STANDS_STILL,
    PUBLISHER_SILENT,
    THE_LOG,
    Alarm,
    Standing,
    follow,
    stands_still,
)
from services.audit.domain.gaps import missing, split
from services.audit.domain.ports import Announcement, Work

SILENCE = timedelta(minutes=5)

ParkedSequences = Callable[[], Mapping[str, Iterable[int]]]
"""By source, the sequences of messages that lie parked before audit."""


@dataclass(frozen=True, kw_only=True)
class ReconcileSequences:
    """What is to be known of the bus meanwhile; it is asked only where there is something to explain.

    ``begun``: since when this process listens, so that what was said while it was away is no new silence. ``behind``:
    whether events still wait in audit's own queue, after a standstill for instance: then no new gap is told of yet.
    """

    parked: ParkedSequences
    begun: datetime | None = None
    behind: Callable[[], bool] = lambda: False


def reconcile_sequences(command: ReconcileSequences, uow: Work) -> list[Alarm]:
    """Set the alarms to what is true now; returns what is wrong, whether or not it was known. One at a time does this.

    What reviewers have closed stays closed: missing numbers for ever, a silence until the publisher has been heard.
    """
    alarms, begun = uow.alarms, command.begun
    if not alarms.lock():
        return []
    now = uow.clock.now()
    said_of = uow.sequences.announcements(now)
    standing = alarms.standing(COME_AND_GO)
    silent = _silences(said_of, now)
    if begun is not None and now - begun < SILENCE:
        known = {each.alarm.source for each in standing if each.alarm.kind == PUBLISHER_SILENT}
        silent = [each for each in silent if each.source in known]
    found = [*_gaps(said_of, command.parked), *silent]
    if stands_still(uow.sequences.oldest_waiting()):
        found.append(Alarm(LOG_STANDS_STILL, THE_LOG, 0, 0))
    accepted = [each for each in alarms.accepted(COME_AND_GO) if _still_accepted(each, said_of)]
    changes = follow(found, standing, accepted, now)
    fresh = [(alarm, at) for alarm, at in changes.opened if _is_gap(alarm) and at == now]
    if fresh and command.behind():
        changes.opened = [each for each in changes.opened if each not in fresh]
    alarms.change(changes, now)
    return found


def _is_gap(alarm: Alarm) -> bool:
    return alarm.kind == EVENTS_MISSING and not alarm.explained


def _gaps(said_of: Iterable[Announcement], parked: ParkedSequences) -> list[Alarm]:
    found: list[Alarm] = []
    lying: Mapping[str, Iterable[int]] | None = None
    for said in said_of:
        gaps = missing(said.due, said.heard)
        if gaps and lying is None:
            # looking at parked messages disturbs the broker a little, so only when there is something to explain
            lying = parked()
        unexplained, explained = split(gaps, (lying or {}).get(said.source, ()))
        found += [Alarm(EVENTS_MISSING, said.source, first, last) for first, last in unexplained]
        found += [Alarm(EVENTS_MISSING, said.source, first, last, explained=True) for first, last in explained]
    return found


def _silences(said_of: Iterable[Announcement], now: datetime) -> list[Alarm]:
    # an epoch that a restore has ended is silent for ever, and rightly so
    last_of: dict[str, Announcement] = {}
    for said in said_of:
        publisher = said.source.rpartition("/")[0]
        if publisher not in last_of or said.heard_at > last_of[publisher].heard_at:
            last_of[publisher] = said
    silent = [said for said in last_of.values() if now - said.heard_at >= SILENCE]
    return [Alarm(PUBLISHER_SILENT, said.source, said.highest, said.highest) for said in silent]


def _still_accepted(each: Standing, said_of: Iterable[Announcement]) -> bool:
    """A silence that was accepted is over when the publisher has been heard again: the next is another."""
    return each.alarm.kind != PUBLISHER_SILENT or all(
        said.heard_at <= each.closed_at for said in said_of if said.source == each.alarm.source and each.closed_at
    )
