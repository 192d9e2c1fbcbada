"""How the log is: its size, its newest checkpoint, what is missing; and its verification, by computing it all anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.ranges import as_runs
from services.audit.commands.close_alarm import CLOSED_BY_HAND
from services.audit.commands.integrate_pending import THE_LOG
from services.audit.commands.reconcile_sequences import STANDS_STILL, STANDSTILL
from services.audit.domain.gaps import Ranges
from services.audit.log.checkpoint import CheckpointIsWrong, VerifierKey, open_checkpoint
from services.audit.log.entry import LeafIsWrong, read_leaf
from services.audit.log.merkle import Frontier, leaf_hash

CHUNK = 2_000

_HEAD = text("select size, root, note, signed_at from log_checkpoints order by size desc limit 1")
_COUNTS = text("""
    select (select count(*) from pending_entries) as pending, (select count(*) from log_checkpoints) as checkpoints,
        (select count(*) from log_entries where recorded_at > cast(:now as timestamptz) - interval '1 day') as last_day
""")
_KEYS = text("select vkey from log_keys order by since desc")
_ALARMS = text("""
    select kind, source, first, last, event_id, noticed_at, explained, alarm_id from alarms
    where closed_at is null order by noticed_at desc limit 100
""")
# the alarm of one that does not run at all: then nobody reconciles either. By the clock that wrote the time
_WAITING_SINCE = text("""
    select received_at from pending_entries where received_at < clock_timestamp() - cast(:standstill as interval)
    order by position limit 1
""")
_SEQUENCES = text("select source, heard::text from heard_sequences")
_HEARD = text("select source, highest, heard_at from announcements order by heard_at desc")
_LEAVES = text("""
    select index, event_id, leaf, leaf_hash from log_entries where index >= :low and index < :high order by index
""")
_CHECKPOINTS = text("select size, root from log_checkpoints where size <= :size")
# in one statement, so that an entry and the checkpoint that came with it are seen together or not at all
_UNSIGNED = text("""
    select min(index) from log_entries where index >= (select coalesce(max(size), 0) from log_checkpoints)
""")


@dataclass(frozen=True)
class OpenAlarm:
    """Something that a person should look at. ``publisher`` is the service's name."""

    kind: str
    publisher: str
    source: str
    first: int
    last: int
    event_id: UUID | None
    noticed_at: datetime
    explained: bool
    alarm_id: UUID

    @property
    def by_hand(self) -> bool:
        """Whether it stays open until a person has looked."""
        return self.kind in CLOSED_BY_HAND


@dataclass(frozen=True)
class Publisher:
    """How far a publisher said it had come, and when."""

    name: str
    source: str
    highest: int
    heard_at: datetime


@dataclass(frozen=True)
class LogStatus:
    """The log at a glance. ``note`` is the newest checkpoint as it was signed; ``keys``: the one we verify with."""

    size: int
    root: bytes | None
    note: str | None
    signed_at: datetime | None
    pending: int
    checkpoints: int
    last_day: int
    keys: list[str]
    alarms: list[OpenAlarm]
    publishers: list[Publisher]


@dataclass(frozen=True)
class Verified:
    """What recomputing everything found. ``wrong`` is the first entry that does not hold, or None.

    ``problem``: entry | signature | key (the database names another) | sequences (heard events that no entry tells of).
    """

    size: int
    holds: bool
    wrong: int | None = None
    problem: str = ""


def status(connection: Connection, now: datetime, key: VerifierKey | None) -> LogStatus:
    """The log at a glance; ``key`` is the log's public one, from outside the database."""
    head = connection.execute(_HEAD).first()
    counts = connection.execute(_COUNTS, {"now": now}).one()
    return LogStatus(
        size=head.size if head else 0,
        root=bytes(head.root) if head else None,
        note=head.note if head else None,
        signed_at=head.signed_at if head else None,
        pending=counts.pending,
        checkpoints=counts.checkpoints,
        last_day=counts.last_day,
        keys=[] if key is None else [str(key)],
        alarms=_alarms(connection),
        publishers=[Publisher(publisher_of(row.source), *row) for row in connection.execute(_HEARD).all()],
    )


def _alarms(connection: Connection) -> list[OpenAlarm]:
    found = [OpenAlarm(row.kind, publisher_of(row.source), *row[1:]) for row in connection.execute(_ALARMS).all()]
    since = connection.scalar(_WAITING_SINCE, {"standstill": STANDSTILL})
    if since is not None and all(each.kind != STANDS_STILL for each in found):
        found.insert(0, OpenAlarm(STANDS_STILL, THE_LOG, THE_LOG, 0, 0, None, since, False, UUID(int=0)))
    return found


def publisher_of(source: str) -> str:
    """The service's name in a source such as ``/lotsa/<installation>/<service>/<epoch>``."""
    parts = source.split("/")
    return parts[3] if len(parts) > 3 else source


def verify_now(connection: Connection, key: VerifierKey | None) -> Verified:
    """Hash every leaf anew, grow the tree, and hold it against every checkpoint and the newest one's signature.

    ``key`` did not come from this database; that the database names another, or another besides, is a fault of its own.
    Every event that the sequencer noted as heard must be in an entry: so a log whose end is gone is seen.
    """
    # before the newest checkpoint is read: what was heard by now is covered by it
    heard = {row.source: as_runs(row.heard) for row in connection.execute(_SEQUENCES)}
    head = connection.execute(_HEAD).first()
    size = head.size if head else 0
    if key is None or not set(connection.execute(_KEYS).scalars()) <= {str(key)}:
        return Verified(size, holds=False, problem="key")
    unsigned = connection.scalar(_UNSIGNED)
    if unsigned is not None:
        return Verified(size, holds=False, wrong=unsigned, problem="entry")
    if head is None:
        gone = any(heard.values())
        return Verified(0, holds=False, wrong=0, problem="sequences") if gone else Verified(0, holds=True)
    if not _signed(key, head.note, head.size, bytes(head.root)):
        return Verified(head.size, holds=False, problem="signature")
    told: defaultdict[str, _Numbers] = defaultdict(_Numbers)
    roots = {row.size: bytes(row.root) for row in connection.execute(_CHECKPOINTS, {"size": head.size})}
    edge, good = Frontier(), 0
    for index, event_id, leaf, kept_hash in _leaves(connection, head.size):
        hashed = leaf_hash(leaf)
        if index != edge.size or hashed != kept_hash or not _says(leaf, event_id, told):
            return Verified(head.size, holds=False, wrong=edge.size, problem="entry")
        edge.append(hashed)
        if edge.size in roots:
            if roots[edge.size] != edge.root():
                return Verified(head.size, holds=False, wrong=good, problem="entry")
            good = edge.size
    if edge.size != head.size:
        return Verified(head.size, holds=False, wrong=edge.size, problem="entry")
    if any(not told[source].hold(ranges) for source, ranges in heard.items()):
        # what is missing stood after all that is left: in the middle the tree would have told
        return Verified(head.size, holds=False, wrong=head.size, problem="sequences")
    return Verified(head.size, holds=True)


class _Numbers:
    """Numbers as they come, nearly in order: those from 1 on without a gap take no room."""

    def __init__(self) -> None:
        self._upto = 0
        self._beyond: set[int] = set()

    def add(self, number: int) -> None:
        self._beyond.add(number)
        while self._upto + 1 in self._beyond:
            self._upto += 1
            self._beyond.discard(self._upto)

    def hold(self, ranges: Ranges) -> bool:
        return all(
            number in self._beyond for first, last in ranges for number in range(max(first, self._upto + 1), last + 1)
        )


def _signed(key: VerifierKey, note: str, size: int, root: bytes) -> bool:
    try:
        checkpoint = open_checkpoint(note, key)
    except CheckpointIsWrong:
        return False
    return (checkpoint.size, checkpoint.root) == (size, root)


def _says(leaf: bytes, event_id: UUID, told: Mapping[str, _Numbers]) -> bool:
    """Whether a leaf is this event's; its number is noted as told."""
    try:
        members = read_leaf(leaf)
    except LeafIsWrong:
        return False
    source, sequence = members.get("source"), members.get("sequence")
    if isinstance(source, str) and isinstance(sequence, int):
        told[source].add(sequence)
    return bool(members["id"] == str(event_id))


def _leaves(connection: Connection, size: int) -> Iterator[tuple[int, UUID, bytes, bytes]]:
    for low in range(0, size, CHUNK):
        for row in connection.execute(_LEAVES, {"low": low, "high": min(low + CHUNK, size)}).all():
            yield row[0], row.event_id, bytes(row.leaf), bytes(row.leaf_hash)
