"""Wraps a service's data keys anew under its current master key, while its processes go on.

What was sealed under the data keys stays as it is. A key that nothing opens is left, and counted. Forms that came too
late are left too: they are their senders' alone, and gone within twelve hours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from deploy.sealed import LAPSED, PLACES, Place, asking
from services.referral.adapters.keys import IDENTITY_INDEX
from services.referral.adapters.sealing import carer_from_text
from shared.storage.encryption import MasterKey, Unreadable, master_key_id_of
from shared.storage.master_keys import MasterKeys

BATCH = 500
NOTHING = UUID(int=0)


@dataclass
class Rewrapped:
    """How many data keys were wrapped anew, and how many nothing opens."""

    done: int = 0
    unreadable: int = 0


def rewrap(service: str, owner_url: str, keys: MasterKeys) -> Rewrapped:
    """Go through everything that the service's master key wraps, in batches of a transaction each."""
    counted = Rewrapped()
    for place in _lasting(service):
        _in_batches(owner_url, lambda connection, after, place=place: _wrap(connection, place, keys, after, counted))  # type: ignore[misc]
    if service == "referral":
        _in_batches(owner_url, lambda connection, after: _index(connection, keys, after))
    return counted


def _lasting(service: str) -> list[Place]:
    return [place for place in PLACES[service] if place is not LAPSED]


def left(service: str, owner_url: str, keys: MasterKeys) -> int:
    """How many data keys are still to be wrapped anew: those that another than the current master key opens."""
    count = 0
    with asking(owner_url) as connection:
        for place in _lasting(service):
            query = f"select {place.key_id}, {place.wrapped} from {place.table} where {place.wrapped} is not null"  # noqa: S608
            for key_id, wrapped in connection.execute(text(query)):
                named = master_key_id_of(bytes(wrapped))
                count += named != keys.current.id and _opens(keys, key_id, wrapped)
    return count


def _opens(keys: MasterKeys, key_id: UUID, wrapped: bytes) -> bool:
    try:
        keys.unwrap(key_id, wrapped)
    except Unreadable:
        return False
    return True


def _in_batches(owner_url: str, batch: Callable[[Connection, UUID], UUID | None]) -> None:
    after: UUID | None = NOTHING
    while after is not None:
        with asking(owner_url) as connection:
            after = batch(connection, after)


def _wrap(connection: Connection, place: Place, keys: MasterKeys, after: UUID, counted: Rewrapped) -> UUID | None:
    # names of ours alone; a row that somebody changes at this moment is waited for
    query = text(
        f"select {place.key_id} as id, {place.wrapped} as wrapped from {place.table} "  # noqa: S608
        f"where {place.wrapped} is not null and {place.key_id} > :after "
        f"order by {place.key_id} limit {BATCH} for update"
    )
    change = text(
        f"update {place.table} set {place.wrapped} = :wrapped where {place.key_id} = :id"  # noqa: S608
    )
    found = connection.execute(query, {"after": after}).all()
    for row in found:
        if master_key_id_of(bytes(row.wrapped)) == keys.current.id:
            continue
        try:
            key = keys.unwrap(row.id, row.wrapped)
        except Unreadable:
            counted.unreadable += 1
            continue
        connection.execute(change, {"id": row.id, "wrapped": keys.current.wrap(key)})
        counted.done += 1
    return found[-1].id if len(found) == BATCH else None


_INDEXED = text(
    "select c.id, c.body, c.identity_index, k.id as key_id, k.wrapped from contents c "
    "join data_keys k on k.referral_id = c.referral_id and k.part = c.part "
    "where c.identity_index is not null and k.wrapped is not null and c.id > :after "
    "order by c.id limit :batch for update of c"
)
_REINDEX = text("update contents set identity_index = :index where id = :id")


def _index(connection: Connection, keys: MasterKeys, after: UUID) -> UUID | None:
    """The blind index of an identity number hangs on the master key too."""
    found = connection.execute(_INDEXED, {"after": after, "batch": BATCH}).all()
    for row in found:
        index = _index_of(keys.current, keys, row)
        if index is not None and index != bytes(row.identity_index):
            connection.execute(_REINDEX, {"id": row.id, "index": index})
    return found[-1].id if len(found) == BATCH else None


def _index_of(current: MasterKey, keys: MasterKeys, row: object) -> bytes | None:
    try:
        key = keys.unwrap(row.key_id, row.wrapped)  # type: ignore[attr-defined]
        carer, _ = carer_from_text(key.open("contents", "body", row.id, row.body))  # type: ignore[attr-defined]
    except Unreadable:
        return None
    return current.fingerprint(IDENTITY_INDEX, carer.identity_number) if carer.identity_number else None
