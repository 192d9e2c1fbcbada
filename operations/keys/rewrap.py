"""Wraps a service's data keys anew under its current master key, while its processes go on.

What was sealed under the data keys stays as it is. A key that nothing opens is left, and counted. Forms that have
not gone through are left too: they are their writers' alone, and gone within twelve hours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from operations.install.key_uses import HELD_FORMS, PLACES, Place, asking
from services.referral.adapters.keys import IDENTITY_INDEX
from services.referral.adapters.parts import carer_from_text, open_part
from shared.storage.encryption import MasterKey, Unreadable, master_key_id_of
from shared.storage.master_keys import MasterKeys

BATCH = 500
# a row's place in its table's order; nothing: before the first
After = tuple[Any, ...]


@dataclass
class Rewrapped:
    """How many data keys were wrapped anew, and how many nothing opens."""

    done: int = 0
    unreadable: int = 0


def rewrap(service: str, owner_url: str, keys: MasterKeys) -> Rewrapped:
    """Go through everything that the service's master key wraps, in batches of a transaction each."""
    counted = Rewrapped()
    for place in _lasting(service):
        _in_batches(owner_url, partial(_wrap, place, keys, counted))
    if service == "referral":
        _in_batches(owner_url, lambda connection, after: _index(connection, keys, after))
    return counted


def _lasting(service: str) -> list[Place]:
    return [place for place in PLACES[service] if place is not HELD_FORMS]


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


def _in_batches(owner_url: str, batch: Callable[[Connection, After], After | None]) -> None:
    after: After | None = ()
    while after is not None:
        with asking(owner_url) as connection:
            after = batch(connection, after)


def _wrap(place: Place, keys: MasterKeys, counted: Rewrapped, connection: Connection, after: After) -> After | None:
    # names of ours alone; a row that somebody changes at this moment is waited for
    columns = place.found_by or (place.key_id,)
    place_of, given = ", ".join(columns), ", ".join(f":place_{number}" for number in range(len(columns)))
    query = text(
        f"select {place.key_id} as id, {place.wrapped} as wrapped, {place_of} from {place.table} "  # noqa: S608
        f"where {place.wrapped} is not null {f'and ({place_of}) > ({given})' if after else ''} "
        f"order by {place_of} limit {BATCH} for update"
    )
    change = text(
        f"update {place.table} set {place.wrapped} = :wrapped where ({place_of}) = ({given})"  # noqa: S608
    )
    found = connection.execute(query, _placed(after)).all()
    for row in found:
        if master_key_id_of(bytes(row.wrapped)) == keys.current.id:
            continue
        try:
            key = keys.unwrap(row.id, row.wrapped)
        except Unreadable:
            counted.unreadable += 1
            continue
        connection.execute(change, {**_placed(row[2:]), "wrapped": keys.current.wrap(key)})
        counted.done += 1
    return tuple(found[-1][2:]) if len(found) == BATCH else None


def _placed(place: Sequence[Any]) -> dict[str, Any]:
    return {f"place_{number}": value for number, value in enumerate(place)}


# a referral has one: the carer's
_INDEXED = text(
    "select c.id, c.referral_id, c.part, c.body, c.identity_index, k.id as key_id, k.wrapped from contents c "
    "join data_keys k on k.referral_id = c.referral_id and k.part = c.part "
    "where c.identity_index is not null and k.wrapped is not null and c.referral_id > :after "
    "order by c.referral_id limit :batch for update of c"
)
_REINDEX = text("update contents set identity_index = :index where referral_id = :referral and part = :part")


def _index(connection: Connection, keys: MasterKeys, after: After) -> After | None:
    """The blind index of an identity number hangs on the master key too."""
    found = connection.execute(_INDEXED, {"after": after[0] if after else UUID(int=0), "batch": BATCH}).all()
    for row in found:
        index = _index_of(keys.current, keys, row)
        if index is not None and index != bytes(row.identity_index):
            connection.execute(_REINDEX, {"referral": row.referral_id, "part": row.part, "index": index})
    return (found[-1].referral_id,) if len(found) == BATCH else None


def _index_of(current: MasterKey, keys: MasterKeys, row: Any) -> bytes | None:
    try:
        key = keys.unwrap(row.key_id, row.wrapped)
        carer, _ = carer_from_text(open_part(key, row.id, row.body))
    except Unreadable:
        return None
    return current.fingerprint(IDENTITY_INDEX, carer.identity_number) if carer.identity_number else None
