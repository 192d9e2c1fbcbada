"""The inbox: which events a queue's reaction has carried out, kept in the same transaction as the effect.

The broker delivers at least once; with this row each effect happens once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, Index, MetaData, Table, Text, Uuid, text

from shared.messaging.retention import KEEP_CARRIED_OUT_DAYS
from shared.storage.driver import ask

_CREATE = (
    """
    CREATE TABLE inbox (
        queue text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (event_id, queue)
    )
    """,
    # rows arrive in time order, so a block-range index is enough to sweep by
    "CREATE INDEX inbox_received ON inbox USING brin (received_at)",
)

_FIRST_TIME = "INSERT INTO inbox (queue, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
_FIRST_TIMES = (
    "INSERT INTO inbox (queue, event_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id"
)

_ALL_OF = """
    SELECT count(*) = (SELECT count(DISTINCT wanted) FROM unnest($2::uuid[]) AS wanted)
    FROM inbox WHERE queue = $1 AND event_id = ANY($2::uuid[])
"""


def inbox_table(metadata: MetaData) -> Table:
    """The table that ``create_inbox`` makes, for a service's ``tables.py``."""
    table = Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("queue", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    )
    Index("inbox_received", table.c.received_at, postgresql_using="brin")
    return table


def create_inbox(op: Any) -> None:
    """Make the table in an alembic migration (``op``: ``alembic.op``). Frozen: version 1."""
    for statement in _CREATE:
        op.execute(statement)


def first_time(connection: Connection, queue: str, event_id: UUID) -> bool:
    """Whether this event is new to this queue; if so it is noted, to last if the caller's transaction commits.

    Another delivery of the same event in a transaction under way makes this one wait for its outcome.
    """
    return bool(ask(connection, _FIRST_TIME, (queue, event_id)))


def first_times(connection: Connection, queue: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the events that are new to this queue; they are noted as ``first_time`` notes one.

    Noted in the order of their ids, so that two processes with the same events wait for each other only one way.
    """
    # written as PostgreSQL writes an array: the driver would look at each id's type
    given = "{" + ",".join(map(str, sorted(set(event_ids)))) + "}"
    return {row[0] for row in ask(connection, _FIRST_TIMES, (queue, given))}


def carried_out(connection: Connection, queue: str, event_ids: Sequence[UUID]) -> bool:
    """Whether this queue's reaction has carried out every one of these."""
    ((all_of_them,),) = ask(connection, _ALL_OF, (queue, "{" + ",".join(map(str, event_ids)) + "}"))
    return bool(all_of_them)


def sweep_inbox(connection: Connection, *, keep_days: int = KEEP_CARRIED_OUT_DAYS, at_most: int = 5_000) -> int:
    """Forget what was carried out longer ago than this; returns how many rows went.

    The broker holds nothing that long except parked messages, whose replay then counts as a first time.
    """
    swept = connection.execute(
        text(
            "DELETE FROM inbox WHERE (event_id, queue) IN (SELECT event_id, queue FROM inbox "
            "WHERE received_at < clock_timestamp() - make_interval(days => :keep) LIMIT :at_most)"
        ),
        {"keep": keep_days, "at_most": at_most},
    )
    return swept.rowcount
