"""Reads the sets that lists showed, in one transaction that must be allowed to read the log."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from services.audit.log.shown_set import Shown
from shared.storage.driver import ask

CHUNK = 500
_FIND = "select key, records, ids from shown_sets where key = any($1::uuid[])"
_SOME = """
    select key, records, ids from shown_sets where $1::uuid is null or key > $1 order by key limit $2
"""


def find_sets(connection: Connection, keys: Collection[UUID]) -> dict[UUID, Shown]:
    """The sets that are there, as they are stored, by the key they are stored under."""
    rows = ask(connection, _FIND, (list(set(keys)),)) if keys else []
    return {key: as_stored(records, ids) for key, records, ids in rows}


def sets_after(connection: Connection, after: UUID | None) -> dict[UUID, Shown]:
    """The next sets in the order of their keys, by key; none after the last."""
    return {key: as_stored(records, ids) for key, records, ids in ask(connection, _SOME, (after, CHUNK))}


def as_stored(records: int, ids: list[UUID]) -> Shown:
    """A set as it is stored, not as it should be: whether it is sorted and has this digest is for others to see."""
    # what is no id there is one that nothing has
    each_an_id = tuple(each if isinstance(each, UUID) else UUID(int=0) for each in ids)
    return Shown(each_an_id[:records], each_an_id[records:])
