"""The log's tables, as the sequencer writes them: a fixed number of statements for each batch, whatever its size."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.audit.adapters.ranges import as_array, as_multirange, as_runs
from services.audit.domain.gaps import Ranges, runs
from services.audit.domain.ports import Entry, Head, Waiting
from shared.kernel.identity import uuid7

# any number will do, as long as it is this one for ever
_LOCK = "select pg_try_advisory_xact_lock(4207849484193285121)"
_HEAD = "select size, root, note, signed_at from log_checkpoints order by size desc limit 1"
_TAKE = """
    delete from pending_entries
    where position in (select position from pending_entries order by position limit %s)
    returning position, event_id, source, sequence, members, openings, about, units
"""
_KNOWN = "select event_id from log_entries where event_id = any(%s::uuid[])"
_LEAF = "select leaf_hash from log_entries where index = %s"
_NODE = "select hash from log_nodes where level = %s and index = %s"
_ENTRIES = """
    insert into log_entries (index, event_id, type, occurred_at, recorded_at, units, leaf_hash, leaf)
    select given.index, given.event_id, given.type, given.occurred_at::timestamptz, %s, given.units::uuid[],
           given.leaf_hash, given.leaf
    from unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])
        as given (index, event_id, type, occurred_at, units, leaf_hash, leaf)
"""
_ABOUT = "insert into log_about (subject_id, entry_index) select * from unnest(%s::uuid[], %s::bigint[])"
_NODES = "insert into log_nodes (level, index, hash) select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
_OPENINGS = """
    insert into log_openings (entry_index, name, event_id, sealed)
    select * from unnest(%s::bigint[], %s::text[], %s::uuid[], %s::bytea[])
"""
_CHECKPOINT = "insert into log_checkpoints (size, root, note, signed_at) values (%s, %s, %s, %s)"
_BEFORE = "select (heard * %s::int8multirange)::text from heard_sequences where source = %s"
_HEAR = """
    insert into heard_sequences as known (source, heard) values (%s, %s::int8multirange)
    on conflict (source) do update set heard = known.heard + excluded.heard
"""
_ALARM = """
    insert into alarms (alarm_id, kind, source, first, last, event_id, noticed_at)
    values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_KEY = "insert into log_keys (vkey) select %s where not exists (select 1 from log_keys where vkey = %s)"


class LogStore:
    """The log and the queue in one transaction of the log's own role."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> bool:
        """Become the one sequencer until the transaction ends; False when another is."""
        return bool(self._connection.exec_driver_sql(_LOCK).scalar_one())

    def head(self) -> Head | None:
        """The newest checkpoint, or None before the first."""
        row = self._connection.exec_driver_sql(_HEAD).first()
        return None if row is None else Head(row.size, bytes(row.root), row.note, row.signed_at)

    def node(self, level: int, index: int) -> bytes:
        """A complete node's hash; level 0 is the leaves'."""
        question, given = (_NODE, (level, index)) if level else (_LEAF, (index,))
        return bytes(self._connection.exec_driver_sql(question, given).scalar_one())

    def take(self, at_most: int) -> list[Waiting]:
        """Take the oldest pending entries out of the queue."""
        rows = sorted(self._connection.exec_driver_sql(_TAKE, (at_most,)), key=lambda row: row.position)
        return [
            Waiting(
                row.event_id,
                row.source,
                row.sequence,
                json.loads(row.members),
                {name: base64.b64decode(sealed) for name, sealed in json.loads(row.openings).items()},
                row.about,
                row.units,
            )
            for row in rows
        ]

    def known(self, event_ids: Collection[UUID]) -> set[UUID]:
        """Which of these events are in the log already."""
        return set(self._connection.exec_driver_sql(_KNOWN, (list(event_ids),)).scalars())

    def append(self, entries: Sequence[Entry], nodes: Sequence[tuple[int, int, bytes]], head: Head) -> None:
        """Write entries, the nodes they completed above the leaves, and the checkpoint."""
        run = self._connection.exec_driver_sql
        members = [each.waiting.members for each in entries]
        run(
            _ENTRIES,
            (
                head.signed_at,
                [each.index for each in entries],
                [each.waiting.event_id for each in entries],
                [each["type"] for each in members],
                [each["occurred_at"] for each in members],
                # PostgreSQL has no arrays of arrays of different lengths
                [as_array(each.waiting.units) for each in entries],
                [each.leaf_hash for each in entries],
                [each.leaf for each in entries],
            ),
        )
        about = [(subject, each.index) for each in entries for subject in dict.fromkeys(each.waiting.about)]
        if about:
            run(_ABOUT, tuple(map(list, zip(*about, strict=True))))
        openings = [
            (each.index, name, each.waiting.event_id, sealed)
            for each in entries
            for name, sealed in each.waiting.openings.items()
        ]
        if openings:
            run(_OPENINGS, tuple(map(list, zip(*openings, strict=True))))
        if nodes:
            run(_NODES, tuple(map(list, zip(*nodes, strict=True))))
        run(_CHECKPOINT, (head.size, head.root, head.note, head.signed_at))

    def hear(self, source: str, sequences: Collection[int]) -> Ranges:
        """Note a publisher's sequences as heard; returns those that had been heard before."""
        given = as_multirange(runs(sequences))
        before = self._connection.exec_driver_sql(_BEFORE, (given, source)).scalar()
        self._connection.exec_driver_sql(_HEAR, (source, given))
        return as_runs(before or "{}")

    def alarm(self, kind: str, source: str, first: int, last: int, event_id: UUID | None, at: datetime) -> None:
        """Raise an alarm, once for as long as it is open."""
        self._connection.exec_driver_sql(_ALARM, (uuid7(), kind, source, first, last, event_id, at))

    def remember_key(self, vkey: str) -> None:
        """Keep the public key that checkpoints are signed with, for the status page."""
        self._connection.exec_driver_sql(_KEY, (vkey, vkey))

    def commit(self) -> None:
        """Make it so, all at once."""
        self._connection.commit()


class OpenLog:
    """Opens the log for one transaction; what is not committed never was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def __call__(self) -> Iterator[LogStore]:
        with self._engine.connect() as connection:
            yield LogStore(connection)
