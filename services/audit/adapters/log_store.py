"""The log's tables, as the sequencer writes them: a fixed number of statements for each batch, whatever its size."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.audit.adapters.beside_entries import PLACES, USER
from services.audit.adapters.openings import is_reference
from services.audit.adapters.ranges import as_multirange, as_runs
from services.audit.adapters.tree import node
from services.audit.domain.gaps import Ranges, runs
from services.audit.domain.ports import Entry, Head, ShownSet, Waiting
from services.audit.log.merkle import ProofIsWrong, inclusion_proof, leaf_hash, verify_inclusion
from services.audit.log.pack import pack, read_stored, unpack
from shared.kernel.identity import uuid7
from shared.storage.driver import ask, run
from shared.storage.encryption import key_id_of

# any number will do, as long as it is this one for ever
_LOCK = "select pg_try_advisory_xact_lock(4207849484193285121)"
_HEAD = "select size, root, note, signed_at from log_checkpoints order by size desc limit 1"
_TAKE = """
    delete from pending_entries
    where position in (select position from pending_entries order by position limit $1)
    returning position, event_id, source, sequence, members, openings, about, units,
        exists (select 1 from log_entries where log_entries.event_id = pending_entries.event_id)
"""
_ANNOUNCING = "select index, leaf from log_entries where type = 'log-key.changed.v1' and index < $1"
# one statement, and the rows of each table in one value: a round trip costs more than the rows
_APPEND = """
    with given as materialized (
        select * from json_to_recordset($8::json) as given (index bigint, event_id uuid, type text,
            occurred_at timestamptz, units uuid[], user_key uuid, shown uuid, about uuid[], leaf_hash bytea, leaf bytea)
    ), checkpoint as (
        insert into log_checkpoints (size, root, note, signed_at) values ($1, $2, $3, $4)
    ), newest as (
        select size, note, date_trunc('day', signed_at, 'UTC') as day from log_checkpoints order by size desc limit 1
    ), superseded as (
        delete from log_checkpoints as older using newest
        where older.size < newest.size and older.size > (newest.size - 1) / 256 * 256
            and date_trunc('day', older.signed_at, 'UTC') = newest.day
            and substring(older.note from '— [^ ]+ .....') = substring(newest.note from '— [^ ]+ .....')
    ), sets as (
        insert into shown_sets (key, records, ids)
        select * from json_to_recordset($9::json) as given (key uuid, records int, ids uuid[])
        on conflict (key) do nothing
    ), about as (
        insert into log_about (subject_id, entry_index)
        select * from json_to_recordset($5::json) as given (subject_id uuid, entry_index bigint)
    ), openings as (
        insert into log_openings (entry_index, name, event_id, sealed)
        select * from json_to_recordset($6::json) as given (entry_index bigint, name text, event_id uuid, sealed bytea)
    ), new_sets as (
        insert into log_unit_sets (units)
        select distinct units from given
        where units <> '{}' and not exists (select from log_unit_sets as known where known.units = given.units)
        returning number, units
    ), nodes as (
        insert into log_nodes (level, index, hash)
        select * from json_to_recordset($7::json) as given (level smallint, index bigint, hash bytea)
    )
    insert into log_entries (index, event_id, type, occurred_at, recorded_at, unit_set, user_key, shown,
        about_1, about_2, about_3, about_4, leaf_hash, leaf)
    select index, event_id, type, occurred_at, $4, case given.units when '{}' then 0
        else coalesce(log_unit_sets.number, new_sets.number) end, subject_keys.number, shown,
        about[1], about[2], about[3], about[4], leaf_hash, leaf
    from given left join log_unit_sets on log_unit_sets.units = given.units
        left join new_sets on new_sets.units = given.units left join subject_keys on key_id = user_key
"""
# what was there before is what the statement itself found, not what it leaves
_HEAR = """
    with told as (
        insert into heard_sequences as known (source, heard) values ($1, $2::int8multirange)
        on conflict (source) do update set heard = known.heard + excluded.heard
    )
    select (heard * $2::int8multirange)::text from heard_sequences where source = $1
"""
_ALARM = """
    insert into alarms (alarm_id, kind, source, first, last, event_id, noticed_at)
    values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
# only the first: a process with another key is refused, and must not leave that key behind as one of the log's
_KEY = "insert into log_keys (vkey) select %s where not exists (select 1 from log_keys) on conflict do nothing"


class LogStore:
    """The log and the queue in one transaction of the log's own role."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> bool:
        """Become the one sequencer until the transaction ends; False when another is."""
        return bool(ask(self._connection, _LOCK)[0][0])

    def head(self) -> Head | None:
        """The newest checkpoint, or None before the first."""
        rows = ask(self._connection, _HEAD)
        return Head(rows[0][0], bytes(rows[0][1]), *rows[0][2:]) if rows else None

    def node(self, level: int, index: int) -> bytes:
        """A complete node's hash; level 0 is the leaves'. Raises LookupError when it is not there."""
        return node(self._connection, level, index)

    def announces(self, vkey: str, size: int, root: bytes) -> bool:
        """Whether an entry in the tree of this size and root says that this key signs from then on.

        It is proved to be there: whoever writes the table could else put such a leaf in the place of another.
        """
        for index, stored in ask(self._connection, _ANNOUNCING, (size,)):
            said = read_stored(stored)
            data = None if said is None else said.get("data")
            if isinstance(data, dict) and data.get("key") == vkey and self._is_in(index, unpack(stored), size, root):
                return True
        return False

    def _is_in(self, index: int, leaf: bytes, size: int, root: bytes) -> bool:
        try:
            proof = inclusion_proof(index, size, self.node)
            verify_inclusion(index, size, leaf_hash(leaf), proof, root)
        except (ProofIsWrong, LookupError):
            return False
        return True

    def take(self, at_most: int) -> list[Waiting]:
        """Take the oldest pending entries out of the queue."""
        rows = sorted(ask(self._connection, _TAKE, (at_most,)), key=itemgetter(0))
        return [
            Waiting(
                event_id,
                source,
                sequence,
                json.loads(members),
                {name: base64.b64decode(sealed) for name, sealed in json.loads(openings).items()},
                about,
                units,
                known,
            )
            for _, event_id, source, sequence, members, openings, about, units, known in rows
        ]

    def append(self, entries: Sequence[Entry], nodes: Sequence[tuple[int, int, bytes]], head: Head) -> None:
        """Write entries, the sets they name, the nodes they completed above the leaves, and the checkpoint."""
        about = [
            {"subject_id": str(subject), "entry_index": each.index}
            for each in entries
            for subject in each.about[PLACES:]
        ]
        openings = [
            {"entry_index": each.index, "name": name, "event_id": str(each.waiting.event_id), "sealed": _bytea(sealed)}
            for each in entries
            for name, sealed in each.waiting.openings.items()
            if (name, sealed) != (USER, _user_key(each))
        ]
        completed = [{"level": level, "index": index, "hash": _bytea(value)} for level, index, value in nodes]
        sets = {each.shown.key: each.shown for each in entries if each.shown is not None}
        rows = (about, openings, completed, [_entry(each) for each in entries], [_set(each) for each in sets.values()])
        values = (head.size, head.root, head.note, head.signed_at, *(json.dumps(each) for each in rows))
        run(self._connection, (_APPEND, values))

    def hear(self, source: str, sequences: Collection[int]) -> Ranges:
        """Note a publisher's sequences as heard; returns those that had been heard before."""
        before = ask(self._connection, _HEAR, (source, as_multirange(runs(sequences))))
        return as_runs(before[0][0] if before else "{}")

    def alarm(self, kind: str, source: str, first: int, last: int, event_id: UUID | None, at: datetime) -> None:
        """Raise an alarm, once for as long as it is open."""
        self._connection.exec_driver_sql(_ALARM, (uuid7(), kind, source, first, last, event_id, at))

    def remember_key(self, vkey: str) -> None:
        """Keep the public key that checkpoints are signed with, if it is the first; others are refused where seen."""
        self._connection.exec_driver_sql(_KEY, (vkey,))

    def commit(self) -> None:
        """Make it so, all at once."""
        self._connection.commit()


def _user_key(entry: Entry) -> bytes | None:
    """What refers to the key of the entry's user, where that opens the name."""
    sealed = entry.waiting.openings.get(USER)
    return sealed if sealed is not None and is_reference(sealed) else None


def _entry(entry: Entry) -> dict[str, object]:
    members = entry.waiting.members
    key = _user_key(entry)
    return {
        "index": entry.index,
        "event_id": str(entry.waiting.event_id),
        "type": members["type"],
        "occurred_at": members["occurred_at"],
        "units": [str(each) for each in entry.units],
        "user_key": str(key_id_of(key)) if key is not None else None,
        "shown": str(entry.shown.key) if entry.shown is not None else None,
        "about": [str(each) for each in entry.about[:PLACES]],
        "leaf_hash": _bytea(entry.leaf_hash),
        "leaf": _bytea(pack(entry.leaf)),
    }


def _set(shown: ShownSet) -> dict[str, object]:
    ids = [str(each) for each in (*shown.records, *shown.consents)]
    return {"key": str(shown.key), "records": len(shown.records), "ids": ids}


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
