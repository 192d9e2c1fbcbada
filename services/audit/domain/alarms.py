"""What may be wrong with the log, by kind, and how an alarm lives: it opens once, and stays until its reason is gone.

Gaps come piece by piece: numbers arrive one after the other, and some of them are found parked. An alarm about a gap
therefore shrinks or falls into parts while what is left keeps the moment at which it was first noticed; it ends when
nothing is left of it. What a reviewer has closed with a reason is not opened again for the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

THE_LOG = "audit"
"""Whom an alarm about the log itself is from."""

EVENTS_MISSING = "events-missing"
PUBLISHER_SILENT = "publisher-silent"
LOG_STANDS_STILL = "log-stands-still"
VERIFICATION_LATE = "verification-late"
LOG_IS_AHEAD = "log-is-ahead"
TOLD_DIFFERS = "told-differs"
LOOKS_DIFFER = "looks-differ"
TALLY_MISSING = "tally-missing"
GIVEN_UP_UNTOLD = "given-up-untold"
NUMBER_NOT_GIVEN = "number-not-given"
BEGUN_ANEW_UNTOLD = "begun-anew-untold"
EVENT_DOUBLED = "event-doubled"
SEQUENCE_DOUBLED = "sequence-doubled"
LOG_HAS_SHRUNK = "log-has-shrunk"
LOG_HAS_ANOTHER_KEY = "log-has-another-key"

KINDS = (
    *(EVENTS_MISSING, PUBLISHER_SILENT, LOG_STANDS_STILL, VERIFICATION_LATE, LOG_IS_AHEAD),
    *(EVENT_DOUBLED, SEQUENCE_DOUBLED, LOG_HAS_SHRUNK, LOG_HAS_ANOTHER_KEY),
    *(TOLD_DIFFERS, LOOKS_DIFFER, TALLY_MISSING, GIVEN_UP_UNTOLD, NUMBER_NOT_GIVEN),
    BEGUN_ANEW_UNTOLD,
)
"""Besides these, what the verification finds: ``log/check.py``."""
COME_AND_GO = (EVENTS_MISSING, PUBLISHER_SILENT, LOG_STANDS_STILL)
"""What the reconciliation opens, and closes when it is no longer so."""
NOT_BY_HAND = (LOG_STANDS_STILL, VERIFICATION_LATE, LOG_IS_AHEAD)
"""What nobody can look away from: it ends when it is mended."""

STANDSTILL = timedelta(seconds=60)
"""What waits for longer to enter the log is an alarm."""

REASONS = ("put-right", "intended", "lost-for-good", "investigated")
"""Why a reviewer closes an alarm: codes, since the log holds no free text."""


def stands_still(waited: timedelta | None) -> bool:
    """Whether the log takes nothing in. ``waited``: how long the oldest has that waits to enter it; None: none does."""
    return waited is not None and waited > STANDSTILL


@dataclass(frozen=True)
class Alarm:
    """Something that a person should know. ``source``: whom it is from; ``first`` to ``last``: numbers or entries.

    ``where``: the table and column that a finding is about, else empty. ``explained``: the messages lie parked.
    """

    kind: str
    source: str
    first: int
    last: int
    explained: bool = False
    where: str = ""


@dataclass(frozen=True)
class Standing:
    """An alarm that is open, or was closed at ``closed_at``, by a reviewer for a ``reason`` or with its cause."""

    alarm_id: UUID
    alarm: Alarm
    noticed_at: datetime
    closed_at: datetime | None = None
    reason: str | None = None


@dataclass
class Changes:
    """What is to be written: new alarms with the moment they were noticed, narrower ones, and those that are over."""

    opened: list[tuple[Alarm, datetime]] = field(default_factory=list)
    narrowed: list[tuple[UUID, Alarm]] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)


def follow(
    found: Iterable[Alarm], standing: Sequence[Standing], accepted: Collection[Standing], at: datetime
) -> Changes:
    """What becomes of the alarms when this is what is wrong now.

    ``standing``: the open ones of the kinds in question. ``accepted``: what reviewers have closed; their numbers are
    left out of what is found.
    """
    pieces: dict[UUID, list[Alarm]] = {each.alarm_id: [] for each in standing}
    changes = Changes()
    for alarm in found:
        rest = [alarm]
        for each in accepted:
            rest = [left for piece in rest for left in _without(piece, each.alarm)]
        for each in standing:
            pieces[each.alarm_id] += [inside for piece in rest for inside in _within(piece, each.alarm)]
            rest = [left for piece in rest for left in _without(piece, each.alarm)]
        changes.opened += [(piece, at) for piece in rest]
    for each in standing:
        if not pieces[each.alarm_id]:
            changes.ended.append(each.alarm_id)
            continue
        kept, *broken_off = sorted(pieces[each.alarm_id], key=lambda piece: piece.first)
        if kept != each.alarm:
            changes.narrowed.append((each.alarm_id, kept))
        changes.opened += [(piece, each.noticed_at) for piece in broken_off]
    return changes


def alike(one: Alarm, other: Alarm) -> bool:
    """Whether two are of one kind and about one thing, whatever numbers they name."""
    return (one.kind, one.source, one.where) == (other.kind, other.source, other.where)


def _within(piece: Alarm, other: Alarm) -> list[Alarm]:
    first, last = max(piece.first, other.first), min(piece.last, other.last)
    return [_cut(piece, first, last)] if alike(piece, other) and first <= last else []


def _without(piece: Alarm, other: Alarm) -> list[Alarm]:
    if not _within(piece, other):
        return [piece]
    parts = ((piece.first, min(piece.last, other.first - 1)), (max(piece.first, other.last + 1), piece.last))
    return [_cut(piece, first, last) for first, last in parts if first <= last]


def _cut(piece: Alarm, first: int, last: int) -> Alarm:
    return Alarm(piece.kind, piece.source, first, last, piece.explained, piece.where)
