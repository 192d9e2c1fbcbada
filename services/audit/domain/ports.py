"""What the commands and reactions need from outside, as they see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.audit.domain.alarms import Alarm, Changes, Standing
from services.audit.domain.gaps import Ranges
from services.audit.domain.happenings import Happening
from shared.access.record import Refuses
from shared.kernel.identity import UnitId


@dataclass(frozen=True)
class Waiting:
    """A pending entry, as the sequencer takes it."""

    event_id: UUID
    source: str
    sequence: int | None
    members: dict[str, Any]
    openings: dict[str, bytes]
    about: Sequence[UUID]
    units: Sequence[UUID]
    known: bool = False
    """Whether its event is in the log already."""


class ShownSet(Protocol):
    """What a list showed, to be stored once."""

    @property
    def key(self) -> UUID: ...

    @property
    def records(self) -> tuple[UUID, ...]: ...

    @property
    def consents(self) -> tuple[UUID, ...]: ...


@dataclass(frozen=True)
class Entry:
    """A sequenced entry: its place in the log is given, and what belongs beside its leaf.

    ``shown``: the set that the leaf names, where it names one.
    """

    index: int
    waiting: Waiting
    leaf: bytes
    leaf_hash: bytes
    recorded_at: datetime
    about: Sequence[UUID] = ()
    units: Sequence[UUID] = ()
    shown: ShownSet | None = None


@dataclass(frozen=True)
class Head:
    """The newest checkpoint."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


class PendingEntries(Protocol):
    """The queue in front of the log."""

    def add(self, *happenings: Happening) -> None:
        """Put happenings in the queue. Raises a permanent Failure when one can never be an entry."""
        ...


class KnownAssignments(Protocol):
    """Who acts for which unit, as far as it has been heard."""

    def find(self, assignment_id: UUID) -> tuple[UnitId, str] | None:
        """The assignment's unit and role, or None."""
        ...


class LogStore(Protocol):
    """The log's tables, in one transaction with the queue. One sequencer at a time."""

    def lock(self) -> bool:
        """Become the one sequencer until the transaction ends; False when another is."""
        ...

    def head(self) -> Head | None:
        """The newest checkpoint, or None before the first."""
        ...

    def node(self, level: int, index: int) -> bytes:
        """A complete node's hash; level 0 is the leaves'. Raises LookupError when it is not there."""
        ...

    def announces(self, vkey: str, size: int, root: bytes) -> bool:
        """Whether an entry that is proved to be in the tree of this size and root says that this key signs from then
        on."""
        ...

    def take(self, at_most: int) -> list[Waiting]:
        """Take the oldest pending entries out of the queue."""
        ...

    def append(self, entries: Sequence[Entry], nodes: Sequence[tuple[int, int, bytes]], head: Head) -> None:
        """Write entries, the sets they name, the nodes they completed above the leaves, and the checkpoint."""
        ...

    def hear(self, source: str, sequences: Collection[int]) -> Ranges:
        """Note a publisher's sequences as heard; returns those that had been heard before."""
        ...

    def alarm(self, kind: str, source: str, first: int, last: int, event_id: UUID | None, at: datetime) -> None:
        """Raise an alarm, once for as long as it is open."""
        ...

    def commit(self) -> None:
        """Make it so, all at once."""
        ...


class OpensLog(Protocol):
    """Opens the log for one transaction."""

    def __call__(self) -> AbstractContextManager[LogStore]: ...


class KeptCheckpoint(Protocol):
    """The newest checkpoint that was signed, kept outside the database: what the log must have grown out of."""

    def read(self) -> str | None:
        """The note, or None when there is none."""
        ...

    def keep(self, note: str) -> None:
        """Keep this one from now on, whole or not at all."""
        ...


@dataclass(frozen=True)
class Announcement:
    """What a relay has said of itself, and what has been heard of it since its epoch began.

    ``due``: the highest that was announced long enough ago to be held against what has been heard.
    """

    source: str
    highest: int
    heard_at: datetime
    due: int
    heard: Ranges


class Sequences(Protocol):
    """What has been announced and heard."""

    def announce(self, source: str, highest: int, at: datetime) -> None:
        """Note a relay's announcement; a late one changes nothing."""
        ...

    def excuse_hours(self, publisher: str, first: datetime, last: datetime, restore_id: UUID) -> None:
        """Note that a publisher no longer holds what it told between two moments; again changes nothing."""
        ...

    def give_up(self, source: str, runs: Ranges, restore_id: UUID, at: datetime) -> None:
        """Note numbers that nobody holds any more, by which restore it was said; again changes nothing."""
        ...

    def announcements(self, now: datetime) -> list[Announcement]:
        """Every publisher's announcements with what has been heard, queued entries included."""
        ...

    def oldest_waiting(self) -> timedelta | None:
        """For how long the oldest entry has waited to enter the log; None when none waits."""
        ...


class Alarms(Protocol):
    """The alarms that stand open, and those that reviewers have closed."""

    def lock(self) -> bool:
        """Be the one who follows them until the transaction ends; False when another is."""
        ...

    def standing(self, kinds: Collection[str]) -> list[Standing]:
        """The open ones of these kinds, the oldest first."""
        ...

    def accepted(self, kinds: Collection[str]) -> list[Standing]:
        """Those of these kinds that reviewers have closed."""
        ...

    def change(self, changes: Changes, at: datetime) -> None:
        """Write what became of them."""
        ...

    def open(self, alarm: Alarm, at: datetime) -> None:
        """Open one, unless the same stands open."""
        ...

    def untold(self) -> list[tuple[Standing, bool]]:
        """Those whose opening or closing has not been told, taken for this transaction; whether the opening was."""
        ...

    def told(self, alarm_id: UUID, at: datetime, *, closing: bool) -> None:
        """Note that its opening has been told, and its closing."""
        ...

    def widen(self, alarm_id: UUID, first: int, last: int) -> None:
        """Have an open one cover these too."""
        ...

    def close(self, alarm_id: UUID, not_of: Collection[str], reason: str, at: datetime) -> bool:
        """Close one for a reason, unless it is of these kinds or has ended by itself; again changes nothing.

        Whether there is such an alarm.
        """
        ...


class Work(Refuses, Protocol):
    """One transaction of the application's role."""

    @property
    def sequences(self) -> Sequences: ...

    @property
    def alarms(self) -> Alarms: ...

    def publish(self, *contracts: Any) -> None:
        """Have these told to the others, if and when this commits."""
        ...
