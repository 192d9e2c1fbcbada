"""How the log is: its size, its newest checkpoint, what is missing; and its verification, by computing it all anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.commands.close_alarm import CLOSED_BY_HAND
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
_HEARD = text("select source, highest, heard_at from announcements order by heard_at desc")
_LEAVES = text("""
    select index, event_id, leaf, leaf_hash from log_entries where index >= :low and index < :high order by index
""")
_CHECKPOINTS = text("select size, root from log_checkpoints where size <= :size")


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
    """The log at a glance. ``note`` is the newest checkpoint as it was signed."""

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
    """What recomputing everything found. ``wrong`` is the first entry that does not hold, or None."""

    size: int
    holds: bool
    wrong: int | None = None
    problem: str = ""


def status(connection: Connection, now: datetime) -> LogStatus:
    """The log at a glance."""
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
        keys=list(connection.execute(_KEYS).scalars()),
        alarms=[OpenAlarm(row.kind, publisher_of(row.source), *row[1:]) for row in connection.execute(_ALARMS).all()],
        publishers=[Publisher(publisher_of(row.source), *row) for row in connection.execute(_HEARD).all()],
    )


def publisher_of(source: str) -> str:
    """The service's name in a source such as ``/lotsa/<installation>/<service>/<epoch>``."""
    parts = source.split("/")
    return parts[3] if len(parts) > 3 else source


def verify_now(connection: Connection) -> Verified:
    """Hash every leaf anew, grow the tree, and hold it against every checkpoint and the newest one's signature.

    The lonely verifier does the same from outside, with a key that did not come from this database.
    """
    head = connection.execute(_HEAD).first()
    if head is None:
        return Verified(0, holds=True)
    if not _signed(connection, head.note, head.size, bytes(head.root)):
        return Verified(head.size, holds=False, problem="signature")
    roots = {row.size: bytes(row.root) for row in connection.execute(_CHECKPOINTS, {"size": head.size})}
    edge, good = Frontier(), 0
    for index, event_id, leaf, kept_hash in _leaves(connection, head.size):
        hashed = leaf_hash(leaf)
        if index != edge.size or hashed != kept_hash or not _says(leaf, event_id):
            return Verified(head.size, holds=False, wrong=edge.size, problem="entry")
        edge.append(hashed)
        if edge.size in roots:
            if roots[edge.size] != edge.root():
                return Verified(head.size, holds=False, wrong=good, problem="entry")
            good = edge.size
    if edge.size != head.size:
        return Verified(head.size, holds=False, wrong=edge.size, problem="entry")
    return Verified(head.size, holds=True)


def _signed(connection: Connection, note: str, size: int, root: bytes) -> bool:
    for vkey in connection.execute(_KEYS).scalars():
        try:
            checkpoint = open_checkpoint(note, VerifierKey.from_text(vkey))
        except (CheckpointIsWrong, ValueError):
            continue
        return (checkpoint.size, checkpoint.root) == (size, root)
    return False


def _says(leaf: bytes, event_id: UUID) -> bool:
    try:
        return bool(read_leaf(leaf)["id"] == str(event_id))
    except LeafIsWrong:
        return False


def _leaves(connection: Connection, size: int) -> Iterator[tuple[int, UUID, bytes, bytes]]:
    for low in range(0, size, CHUNK):
        for row in connection.execute(_LEAVES, {"low": low, "high": min(low + CHUNK, size)}).all():
            yield row[0], row.event_id, bytes(row.leaf), bytes(row.leaf_hash)
