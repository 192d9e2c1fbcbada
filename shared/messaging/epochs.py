"""A publisher's epochs: what a restored database says of itself, and how it begins anew.

A database that was put back has forgotten what it numbered since. Under its old epoch it would give those numbers
again, to other events; so it is *held* until somebody has said what became of them, and then begins a new epoch.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

_PUBLISHER = "SELECT epoch, last_sequence, held_at IS NOT NULL FROM publisher"
_UNSENT = "SELECT id FROM outbox WHERE sent_at IS NULL"
_AMONG = "SELECT id FROM outbox WHERE id = ANY(CAST(:ids AS uuid[]))"
_LAST_ALIVE = "SELECT greatest(max(written_at), max(sent_at)) FROM outbox"
_LAST_HEARD = "SELECT max(received_at) FROM inbox"
_HELD_NUMBERS = """
    SELECT sequence, sent_at FROM outbox
    WHERE coalesce(epoch, (SELECT publisher.epoch FROM publisher)) = :epoch
        AND CAST(:among AS int8multirange) @> sequence
"""
# sent it was, since somebody has heard it: under the number and the epoch that they heard
_WAS_TOLD = """
    UPDATE outbox SET epoch = told.epoch, sequence = told.sequence, sent_at = clock_timestamp()
    FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS told (id uuid, epoch uuid, sequence bigint)
    WHERE outbox.id = told.id AND outbox.sent_at IS NULL
"""


@dataclass(frozen=True)
class Publisher:
    """What a database says of its own publishing."""

    epoch: UUID
    last_sequence: int
    held: bool


def publisher_of(connection: Connection) -> Publisher:
    """The epoch that this database is in, the last number it has given, and whether it is held."""
    return Publisher(*connection.execute(text(_PUBLISHER)).one())


def unsent(connection: Connection) -> set[UUID]:
    """The events that are not known to have been sent."""
    return set(connection.execute(text(_UNSENT)).scalars())


def held_among(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of these events that are here, sent or not."""
    return set(connection.execute(text(_AMONG), {"ids": [str(each) for each in ids]}).scalars())


def held_numbers(connection: Connection, epoch: UUID, among: Sequence[tuple[int, int]]) -> dict[int, datetime | None]:
    """Which of an epoch's numbers, given as runs, are here, with when they were sent (None: they are not yet)."""
    ranges = "{" + ",".join(f"[{first},{last}]" for first, last in among) + "}"
    asked = {"epoch": epoch, "among": ranges}
    return {row.sequence: row.sent_at for row in connection.execute(text(_HELD_NUMBERS), asked)}


def was_told(connection: Connection, told: Sequence[tuple[UUID, UUID, int]]) -> None:
    """Note that these events have been heard, each under an epoch and a number: (id, epoch, sequence)."""
    rows = [{"id": str(each), "epoch": str(epoch), "sequence": sequence} for each, epoch, sequence in told]
    connection.execute(text(_WAS_TOLD), {"told": json.dumps(rows)})


def last_alive(connection: Connection) -> datetime | None:
    """When this database last wrote or sent an event, by its own clock: about when the copy of it was made."""
    found: datetime | None = connection.execute(text(_LAST_ALIVE)).scalar_one()
    return found


def last_heard(connection: Connection) -> datetime | None:
    """When this database last carried out an event of others."""
    found: datetime | None = connection.execute(text(_LAST_HEARD)).scalar_one()
    return found
