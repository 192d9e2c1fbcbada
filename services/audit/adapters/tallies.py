"""What services say that they told in an hour, and the same counted from the log; in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.beside_entries import OPENINGS
from services.audit.adapters.openings import OpeningIsWrong, Unseal
from services.audit.adapters.shown_sets import find_sets
from services.audit.domain.beside import NOT_OURS
from services.audit.domain.tallies import AGAIN_AFTER, KEPT_FOR, LOOKS, SETTLED_AFTER, TOLD, Kept
from services.audit.domain.tell_again import ACCESS, retold
from services.audit.log.pack import read_stored
from services.audit.log.shown_set import MEMBER, Shown, key_of, unfolded
from shared.contracts.common import TallyAnnounced
from shared.messaging.tally import HOUR, Tally, ids_within
from shared.storage.driver import ask, run

CHUNK = 1_000
# an event is written when what it tells of is committed: its id is made a moment after the record's
LATER = timedelta(minutes=10)
OPERATIONS = "operations"
"""The purpose of what operators do by command: told by the service, and no look that it keeps a record of."""

# the last word counts; but not one that a clock which was ahead has dated into the future
_KEEP = """
    insert into tallies as kept (publisher, hour, told, told_digest, looks, looks_digest, said_at, heard_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (publisher, hour) do update set told = excluded.told, told_digest = excluded.told_digest,
        looks = excluded.looks, looks_digest = excluded.looks_digest, said_at = excluded.said_at,
        heard_at = excluded.heard_at, compared_at = case when
            (kept.told, kept.told_digest, kept.looks, kept.looks_digest) is distinct from
            (excluded.told, excluded.told_digest, excluded.looks, excluded.looks_digest)
            then null else kept.compared_at end
    where excluded.said_at > kept.said_at or kept.said_at > $8
"""
_DUE = """
    select publisher, hour, told, told_digest, looks, looks_digest, since from tallies
    where compared_at is null and (heard_at <= $1 or heard_at > $3)
        or differs <> '{}' and (compared_at <= $2 or compared_at > $3)
    order by compared_at nulls first, hour limit 1
"""
_NOTE = """
    update tallies set compared_at = $3, differs = $4,
        since = case when $4::text[] = '{}' then null else least(since, $3) end
    where publisher = $1 and hour = $2
"""
# what a restore has said to be lost to the service is no difference to be told of (given_up)
_NOT_RESTORED = """
    not exists (select 1 from restored_hours as restored
        where restored.publisher = said.publisher and said.hour between restored.first and restored.last)
"""
_DIFFERING = f"""
    select publisher, hour, differs from tallies as said
    where differs <> '{{}}' and since <= $1 and since < compared_at and {_NOT_RESTORED}
"""  # noqa: S608 - this module's own condition
_ENTRIES = """
    select index, event_id, leaf from log_entries where event_id >= $1 and event_id < $2 order by event_id limit $3
"""
_OPENINGS = f"select entry_index, name, sealed from {OPENINGS} where entry_index = any($1::bigint[])"  # noqa: S608 - our own names
# between the first and the last hour that it has said anything of
_UNSAID = f"""
    select publisher, hour from (
        select publisher, generate_series(greatest(min(hour), max(hour) - $1::interval), max(hour), interval '1 hour')
            as hour from tallies group by publisher having max(heard_at) <= $2) as said
    where {_NOT_RESTORED}
        and not exists (select 1 from tallies where (tallies.publisher, tallies.hour) = (said.publisher, said.hour))
"""  # noqa: S608 - as above
_SWEEP = "delete from tallies where hour < %s and compared_at is not null and differs = '{}'"
_LAST_HEARD = "select publisher, max(heard_at) from tallies group by publisher"


class Tallies:
    """The transaction must be allowed to read the log when it compares."""

    def __init__(self, connection: Connection, unseal: Unseal) -> None:
        self._connection = connection
        self._unseal = unseal

    def keep(self, publisher: str, tally: TallyAnnounced, said_at: datetime, heard_at: datetime) -> None:
        """Note what a service says of an hour; the last that it said counts."""
        said = (tally.told, tally.told_digest, tally.looks, tally.looks_digest)
        run(self._connection, (_KEEP, (publisher, tally.hour, *said, said_at, heard_at)))

    def due(self, now: datetime) -> Kept | None:
        """The next hour to compare: one that has settled, or one that differed when it was last compared."""
        rows = ask(self._connection, _DUE, (now - SETTLED_AFTER, now - AGAIN_AFTER, now))
        return Kept(*rows[0]) if rows else None

    def note(self, kept: Kept, differs: Collection[str], at: datetime) -> None:
        """Note that an hour was compared, and in what it differs."""
        run(self._connection, (_NOTE, (kept.publisher, kept.hour, at, list(differs))))

    def differing(self, since: datetime) -> list[tuple[str, datetime, list[str]]]:
        """The hours that have differed since then or longer: publisher, hour and in what."""
        return [(row[0], row[1], row[2]) for row in ask(self._connection, _DIFFERING, (since,))]

    def unsaid(self, back: timedelta, heard_by: datetime) -> list[tuple[str, datetime]]:
        """Hours that a publisher has left out, though the log has something of them."""
        found = [(row[0], row[1]) for row in ask(self._connection, _UNSAID, (back, heard_by))]
        return [(publisher, hour) for publisher, hour in found if self._has_any(publisher, hour)]

    def last_heard(self) -> dict[str, datetime]:
        """When each publisher last said anything of any hour."""
        return {row[0]: row[1] for row in ask(self._connection, _LAST_HEARD)}

    def sweep(self, now: datetime) -> None:
        """Forget hours that agreed, long after a service may say them again; those that differ stay."""
        self._connection.exec_driver_sql(_SWEEP, (now - KEPT_FOR,))

    def counted(self, publisher: str, hour: datetime) -> dict[str, Tally | None]:
        """The same counted from the log; None for what was erased in part and cannot be compared."""
        told, (begins, end) = Tally(), ids_within(hour, hour + HOUR)
        looks: list[tuple[UUID, dict[str, Any]]] = []
        erased = set()
        for event_id, members, data in self._entries(publisher, hour):
            is_look = members["type"] == ACCESS and members.get("purpose") != OPERATIONS
            record = UUID(members["data"]["access_id"]) if is_look else None
            if event_id < end:
                _count(told, event_id, members["type"], data or {})
                erased |= {TOLD} if data is None else set()
            # not by what moment it holds: an id may hold one that no calendar has
            if record is not None and begins <= record < end:
                looks.append((record, data or {}))
                erased |= {LOOKS} if data is None else set()
        looked = Tally()
        for record, data in sorted(looks, key=lambda each: each[0]):
            _count(looked, record, ACCESS, data)
        return {TOLD: None if TOLD in erased else told, LOOKS: None if LOOKS in erased else looked}

    def _entries(self, publisher: str, hour: datetime) -> Iterator[tuple[UUID, dict[str, Any], dict[str, Any] | None]]:
        low, high = ids_within(hour, hour + HOUR + LATER)
        while True:
            rows = ask(self._connection, _ENTRIES, (low, high, CHUNK))
            leaves = {row[0]: said for row in rows if (said := read_stored(row[2])) is not None}
            # of an epoch of this publisher's; what audit itself notes has none
            ours = {
                index: leaf
                for index, leaf in leaves.items()
                if str(leaf.get("source")).startswith(f"{publisher}/") and _is_an_events(leaf)
            }
            opened = self._opened(ours)
            sets = find_sets(self._connection, [key_of(leaf[MEMBER]) for leaf in ours.values() if MEMBER in leaf])
            for index, event_id, _ in rows:
                if index in ours:
                    yield event_id, ours[index], _data(ours[index], sets, opened.get(index, {}))
            if len(rows) < CHUNK:
                return
            low = UUID(int=rows[-1][1].int + 1)

    def _opened(self, leaves: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        given = "{" + ",".join(map(str, leaves)) + "}"
        rows = ask(self._connection, _OPENINGS, (given,)) if leaves else []
        self._unseal.prepare(self._connection, [row[2] for row in rows])
        for index, name, sealed in rows:
            try:
                opened = self._unseal(self._connection, UUID(leaves[index]["id"]), name, bytes(sealed))
            except OpeningIsWrong:
                # not erased but changed: nobody is to escape being compared by that
                opened = b"", {}
            if opened is not None:
                found.setdefault(index, {})[name] = opened[1]
        return found

    def _has_any(self, publisher: str, hour: datetime) -> bool:
        end = ids_within(hour, hour + HOUR)[1]
        return any(event_id < end for event_id, _, _ in self._entries(publisher, hour))


def _data(leaf: dict[str, Any], sets: Mapping[UUID, Shown], opened: dict[str, Any]) -> dict[str, Any] | None:
    """What the event said; nothing where the leaf was changed to what no event says: that differs, and is told."""
    try:
        # a set that is gone leaves the look without what was shown: that differs too
        whole = unfolded(leaf, sets.get(key_of(leaf[MEMBER]))) if MEMBER in leaf else leaf
        return retold(whole, opened)
    except NOT_OURS:
        return {}


def _count(tally: Tally, record_id: UUID, kind: str, data: Mapping[str, Any]) -> None:
    try:
        tally.add(record_id, kind, data)
    except NOT_OURS:
        # ids that cannot be sorted, say: counted all the same
        tally.add(record_id, kind, {})


def _is_an_events(leaf: dict[str, Any]) -> bool:
    """Whether this can be what an event told; one that was changed is none, and so is missed by the count."""
    try:
        UUID(leaf["id"])
        if leaf["type"] == ACCESS and leaf.get("purpose") != OPERATIONS:
            UUID(leaf["data"]["access_id"])
    except NOT_OURS:
        return False
    return isinstance(leaf.get("data", {}), dict)
