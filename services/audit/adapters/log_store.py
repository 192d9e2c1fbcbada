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
    select index, event_id, type, occurred_at, %s, units, leaf_hash, convert_to(leaf, 'UTF8')
    from json_to_recordset(%s::json) as given (index bigint, event_id uuid, type text, occurred_at timestamptz,
        units uuid[], leaf_hash bytea, leaf text)
"""
_ABOUT = """
    insert into log_about (subject_id, entry_index)
    select * from json_to_recordset(%s::json) as given (subject_id uuid, entry_index bigint)
"""
_NODES = """
    insert into log_nodes (level, index, hash)
    select * from json_to_recordset(%s::json) as given (level smallint, index bigint, hash bytea)
"""
_OPENINGS = """
    insert into log_openings (entry_index, name, event_id, sealed)
    select * from json_to_recordset(%s::json) as given (entry_index bigint, name text, event_id uuid, sealed bytea)
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
        return set(self._connection.exec_driver_sql(_KNOWN, (as_array(event_ids),)).scalars())

    def append(self, entries: Sequence[Entry], nodes: Sequence[tuple[int, int, bytes]], head: Head) -> None:
        """Write entries, the nodes they completed above the leaves, and the checkpoint."""
        self._insert(_ENTRIES, [_entry(each) for each in entries], head.signed_at)
        self._insert(
            _ABOUT,
            [
                {"subject_id": str(subject), "entry_index": each.index}
                for each in entries
                for subject in dict.fromkeys(each.waiting.about)
            ],
        )
        self._insert(
            _OPENINGS,
            [
                {
                    "entry_index": each.index,
                    "name": name,
                    "event_id": str(each.waiting.event_id),
                    "sealed": _bytea(sealed),
                }
                for each in entries
                for name, sealed in each.waiting.openings.items()
            ],
        )
        self._insert(_NODES, [{"level": level, "index": at, "hash": _bytea(value)} for level, at, value in nodes])
        self._connection.exec_driver_sql(_CHECKPOINT, (head.size, head.root, head.note, head.signed_at))

    def _insert(self, statement: str, rows: Sequence[dict[str, object]], *first: object) -> None:
        """Insert rows that travel as one value: the driver takes longer to write an array than to send it."""
        if rows:
            self._connection.exec_driver_sql(statement, (*first, json.dumps(rows, ensure_ascii=False)))

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


def _entry(entry: Entry) -> dict[str, object]:
    members = entry.waiting.members
    return {
        "index": entry.index,
        "event_id": str(entry.waiting.event_id),
        "type": members["type"],
        "occurred_at": members["occurred_at"],
        "units": [str(each) for each in entry.waiting.units],
        "leaf_hash": _bytea(entry.leaf_hash),
        # a leaf is JSON in UTF-8, so it comes back as the same bytes
        "leaf": entry.leaf.decode(),
    }


def _bytea(value: bytes) -> str:
    return "\\x" + value.hex()


class OpenLog:
    """Opens the log for one transaction; what is not committed never was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def __call__(self) -> Iterator[LogStore]:
        with self._engine.connect() as connection:
            yield LogStore(connection)
