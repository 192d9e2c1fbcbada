"""What the verification reads of the log, slice by slice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.beside_entries import ABOUT, OPENINGS, UNITS
from services.audit.adapters.openings import OpeningIsWrong, Unseal
from services.audit.adapters.ranges import as_runs
from services.audit.adapters.shown_sets import find_sets
from services.audit.adapters.tree import node
from services.audit.domain.beside import ASSIGNMENT_ENDED, NOT_OURS, ends_reading, relied_on, units_unsaid
from services.audit.domain.gaps import Ranges
from services.audit.domain.mandate import follows_the_user
from services.audit.log.check import Finding, Laid, Signed, Slice, Stored
from services.audit.log.pack import as_it_lies, lies_packed, read_stored
from shared.storage.driver import ask

_NO_EVENT = UUID(int=0)
# as `operations/erase_name.py` has it recorded
ERASED, OPENING_KEY = "erase", "opening-key"

# what is signed for, and what is there: whoever writes a checkpoint of more entries than there are has nobody look for
# them one by one
_SIZE = """
    select (select coalesce(max(size), 0) from log_checkpoints), (select coalesce(max(index) + 1, 0) from log_entries)
"""
_SIGNED_AT = "select signed_at from log_checkpoints order by size desc limit 1"
_KEYS = "select vkey from log_keys"
# in one statement, so that an entry and the checkpoint that came with it are seen together or not at all
_UNSIGNED = """
    select min(index), max(index) from log_entries where index >= (select coalesce(max(size), 0) from log_checkpoints)
"""
_HEARD = "select source, heard::text from heard_sequences"
_ENTRIES = f"""
    select index, event_id, type, occurred_at, recorded_at, {UNITS}, leaf, leaf_hash, shown from log_entries
    where index >= $1 and index < $2 order by index
"""  # noqa: S608 - our own names
_CHECKPOINTS = "select size, root, note, signed_at from log_checkpoints where size > $1 and size <= $2"
# a node is completed by the last entry that it covers
_NODES = """
    select level, log_nodes.index, hash from generate_series(8, 40) as height
    join log_nodes on level = height and log_nodes.index >= $1::bigint >> height
        and log_nodes.index < $2::bigint >> height
"""
_ABOUT = f"""
    select entry_index, array_agg(subject_id) from {ABOUT} where entry_index >= $1 and entry_index < $2
    group by entry_index
"""  # noqa: S608 - as above
_LAID = f"""
    select entry_index, name, event_id, sealed from {OPENINGS} where entry_index >= $1 and entry_index < $2
    order by entry_index, name
"""  # noqa: S608 - as above
# in one statement with what is signed for, as above
_BEYOND = f"""
    with signed as (select coalesce(max(size), 0) as size from log_checkpoints)
    select 'index-row-added', min(entry_index), max(entry_index), 'log_about' from log_about, signed
        where entry_index >= signed.size having count(*) > 0
    union all select 'index-row-added', min(entry_index), max(entry_index), 'log_about' from log_about
        where entry_index < 0 having count(*) > 0
    union all select 'opening-added', min(entry_index), max(entry_index), 'log_openings' from log_openings, signed
        where entry_index >= signed.size or entry_index < 0 having count(*) > 0
    union all select 'opening-missing', 0, 0, 'subject_keys' from subject_keys
        where destroyed_at is not null and not exists (select from {ABOUT} where subject_id = key_id)
            and not exists (select from pending_entries where key_id = any(about)) having count(*) > 0
"""  # noqa: S608 - as above
_UNITS_OF_USER = "select unit_id from known_assignments where (issuer, subject) = ($1, $2) and unit_id is not null"
_UNIT_OF = "select unit_id from known_assignments where assignment_id = $1 and unit_id is not null"
_NOT_DESTROYED = "select exists (select from subject_keys where key_id = any($1::uuid[]) and destroyed_at is null)"
_WITHDRAWALS = f"""
    select subject_id, leaf from {ABOUT} join log_entries on index = entry_index
    where subject_id = any($1::uuid[]) and type = 'consent.withdrawn.v1'
"""  # noqa: S608 - as above


class VerificationStore:
    """In one transaction, which must be allowed to read the log."""

    def __init__(self, connection: Connection, unseal: Unseal) -> None:
        self._connection = connection
        self._unseal = unseal

    def size(self) -> int:
        """How many entries are signed for, and there."""
        return min(map(int, ask(self._connection, _SIZE)[0]))

    def signed_at(self) -> datetime | None:
        """When the newest checkpoint was signed, as it says; None before the first."""
        rows = ask(self._connection, _SIGNED_AT)
        return rows[0][0] if rows else None

    def cut_off(self) -> tuple[int, int] | None:
        """The first and the last entry of an end that is signed for and not there, or None."""
        signed, there = ask(self._connection, _SIZE)[0]
        return (int(there), int(signed) - 1) if there < signed else None

    def keys(self) -> list[str]:
        """The public keys that the database names."""
        return [row[0] for row in ask(self._connection, _KEYS)]

    def unsigned(self) -> tuple[int, int] | None:
        """The first and the last entry that no checkpoint covers, or None."""
        first, last = ask(self._connection, _UNSIGNED)[0]
        return None if first is None else (first, last)

    def heard(self) -> dict[str, Ranges]:
        """The sequences that the sequencer noted as heard, by source."""
        return {source: as_runs(heard) for source, heard in ask(self._connection, _HEARD)}

    def slice(self, low: int, high: int) -> Slice:
        """The entries from ``low`` up to ``high``, and what belongs to them."""
        entries = [_stored(row) for row in ask(self._connection, _ENTRIES, (low, high))]
        signed = {
            row[0]: Signed(row[0], bytes(row[1]), row[2], row[3])
            for row in ask(self._connection, _CHECKPOINTS, (low, high))
        }
        nodes = {(row[0], row[1]): bytes(row[2]) for row in ask(self._connection, _NODES, (low, high))}
        about = {row[0]: frozenset(row[1]) for row in ask(self._connection, _ABOUT, (low, high))}
        part = Slice(low, high, entries, signed, nodes, about)
        part = part.with_more(sets=find_sets(self._connection, part.named_sets), laid=self._all_laid(part))
        return part.with_more(
            looked_up=self._looked_up(part),
            withdrawn=self._withdrawn(part),
            came_back=frozenset(index for index, keys in _destroyed(part).items() if self._are_there(keys)),
        )

    def beyond(self) -> list[Finding]:
        """Rows beside entries that nobody has signed for, or that are none; keys whose destruction no entry tells."""
        return [Finding(*row) for row in ask(self._connection, _BEYOND)]

    def _all_laid(self, part: Slice) -> list[Laid]:
        found = ask(self._connection, _LAID, (part.low, part.high))
        self._unseal.prepare(self._connection, [row[3] for row in found])
        # what lies in the entry's own row is for the event that its leaf names, whatever the column says
        own = {each.index: _own_event(each, part.members.get(each.index)) for each in part.entries}
        return [
            self._laid(index, name, own.get(index, _NO_EVENT) if event_id is None else event_id, sealed)
            for index, name, event_id, sealed in found
        ]

    def _laid(self, index: int, name: str, event_id: UUID, sealed: bytes) -> Laid:
        try:
            opened = self._unseal(self._connection, event_id, name, bytes(sealed))
        except OpeningIsWrong:
            return Laid(index, name, event_id, "wrong")
        if opened is None:
            known = self._unseal.knows(self._connection, bytes(sealed))
            return Laid(index, name, event_id, "erased" if known else "gone")
        if not self._unseal.is_found(self._connection, bytes(sealed)):
            return Laid(index, name, event_id, "misplaced", *opened)
        return Laid(index, name, event_id, "open", *opened)

    def _looked_up(self, part: Slice) -> dict[int, frozenset[UUID]]:
        """The units of the assignments that a sign-in, or an assignment's end, can have been put down to."""
        users = {each.index: each.value for each in part.laid if each.name == "user" and each.state == "open"}
        found = {}
        for index, said in part.members.items():
            if not units_unsaid(said):
                continue
            asked: tuple[str, tuple[Any, ...]]
            try:
                if follows_the_user(said["type"]) and isinstance(users.get(index), dict):
                    asked = _UNITS_OF_USER, (users[index]["issuer"], users[index]["subject"])
                elif said["type"] == ASSIGNMENT_ENDED:
                    asked = _UNIT_OF, (UUID(said["data"]["assignment_id"]),)
                else:
                    continue
            except NOT_OURS:
                # what no sequencer of ours wrote is told by the checks
                continue
            found[index] = frozenset(row[0] for row in ask(self._connection, *asked))
        return found

    def _withdrawn(self, part: Slice) -> dict[UUID, datetime]:
        """When the consents that these readings rely on were withdrawn, so that they cover no reading any more."""
        consents = {consent for said in part.whole.values() for consent in relied_on(said)}
        found: dict[UUID, datetime] = {}
        for consent, leaf in ask(self._connection, _WITHDRAWALS, (list(consents),)) if consents else []:
            # one that was changed says nothing here; that it was is found where it stands
            said = read_stored(leaf)
            at = None if said is None else ends_reading(said)
            if at is not None:
                found[consent] = min(at, found.get(consent, at))
        return found

    def _are_there(self, keys: Collection[UUID]) -> bool:
        """Whether any of these persons' keys is not destroyed."""
        return bool(ask(self._connection, _NOT_DESTROYED, (list(keys),))[0][0])

    def node(self, level: int, index: int) -> bytes:
        """A complete node's hash; level 0 is the leaves'. Raises LookupError when it is not there."""
        return node(self._connection, level, index)


def _own_event(entry: Stored, said: Mapping[str, Any] | None) -> UUID:
    try:
        return entry.event_id if said is None else UUID(said["id"])
    except ValueError:
        return entry.event_id


def _stored(row: Sequence[Any]) -> Stored:
    index, event_id, type_, occurred_at, recorded_at, units, leaf, kept_hash, shown = row
    beside = event_id, type_, occurred_at, recorded_at, tuple(units)
    return Stored(index, *beside, as_it_lies(leaf), bytes(kept_hash), shown, packed=lies_packed(leaf))


def _destroyed(part: Slice) -> dict[int, list[UUID]]:
    """The keys of persons that entries say were destroyed."""
    found = {}
    for index, said in part.members.items():
        if said.get("action") == ERASED and said.get("record_kind") == OPENING_KEY:
            try:
                found[index] = [UUID(each) for each in said["subjects"]]
            except NOT_OURS:
                continue
    return found
