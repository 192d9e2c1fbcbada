"""The outbox: events written in the transaction that made them true, for the relay to publish.

One row per event. A row is *waiting* (no sequence), then *numbered* (sequence given and committed), then *sent* (the
broker has confirmed it). Each state has its own partial index, so that each look-up stays as small as its answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Connection, DateTime, Index, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.kernel.identity import uuid7
from shared.storage.bell import Bell
from shared.storage.driver import run
from shared.storage.unit_of_work import Told

BELL = Bell("outbox")
"""Rung for the relay."""


@dataclass(frozen=True)
class OutboxTables:
    """``outbox``: the events, each with the epoch that it was numbered in.

    ``publisher``: one row with the source's epoch, the last sequence given, and since when the relay is held, if it is.
    """

    outbox: Table
    publisher: Table


def outbox_tables(metadata: MetaData) -> OutboxTables:
    """The tables that ``create_outbox`` makes, for a service's ``tables.py``."""
    outbox = Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("event_type", Text, nullable=False),
        Column("data", JSONB, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("correlation_id", Uuid, nullable=False),
        Column("causation_id", Uuid),
        Column("traceparent", Text),
        Column("history", Boolean, nullable=False),
        Column("written_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
        Column("sequence", BigInteger),
        Column("sent_at", DateTime(timezone=True)),
        Column("epoch", Uuid),
    )
    Index("outbox_waiting", outbox.c.id, postgresql_where=text("sequence IS NULL"))
    numbered = text("sequence IS NOT NULL AND sent_at IS NULL")
    Index("outbox_numbered", outbox.c.sequence, unique=True, postgresql_where=numbered)
    Index("outbox_sent", outbox.c.sent_at, postgresql_where=text("sent_at IS NOT NULL"))
    publisher = Table(
        "publisher",
        metadata,
        Column("single_row", Boolean, primary_key=True),
        Column("epoch", Uuid, nullable=False),
        Column("last_sequence", BigInteger, nullable=False),
        Column("held_at", DateTime(timezone=True)),
    )
    return OutboxTables(outbox, publisher)


_CREATE = (
    """
    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        event_type text NOT NULL,
        data jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        correlation_id uuid NOT NULL,
        causation_id uuid,
        traceparent text,
        history boolean NOT NULL,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sequence bigint,
        sent_at timestamptz
    )
    """,
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE sequence IS NULL",
    "CREATE UNIQUE INDEX outbox_numbered ON outbox (sequence) WHERE sequence IS NOT NULL AND sent_at IS NULL",
    "CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL",
    """
    CREATE TABLE publisher (
        single_row boolean PRIMARY KEY DEFAULT true CHECK (single_row),
        epoch uuid NOT NULL,
        last_sequence bigint NOT NULL
    )
    """,
    "INSERT INTO publisher (epoch, last_sequence) VALUES (gen_random_uuid(), 0)",
)

# a restore renews the epoch, and what was sent before keeps the one that it was sent under
_KEEP_EPOCHS = (
    "ALTER TABLE outbox ADD COLUMN epoch uuid",
    "UPDATE outbox SET epoch = (SELECT epoch FROM publisher) WHERE sequence IS NOT NULL",
    "ALTER TABLE publisher ADD COLUMN held_at timestamptz",
)

# one statement whatever the number of rows, so that the server plans it once; and one value for all of them, since the
# driver takes longer to write an array than to send it
_APPEND = BELL.rung_by("""
    INSERT INTO outbox (id, event_type, data, occurred_at, correlation_id, causation_id, traceparent, history)
    SELECT id, event_type, data, $1, correlation_id, causation_id, traceparent, history
    FROM jsonb_to_recordset($2::jsonb) AS event (id uuid, event_type text, data jsonb, correlation_id uuid,
        causation_id uuid, traceparent text, history boolean)
""")


def create_outbox(op: Any) -> None:
    """Make the tables in an alembic migration (``op``: ``alembic.op``). Frozen: version 1."""
    for statement in _CREATE:
        op.execute(statement)


def keep_epochs(op: Any) -> None:
    """Let each row keep its epoch, and a publisher be held, in an alembic migration. Frozen: version 1."""
    for statement in _KEEP_EPOCHS:
        op.execute(statement)


def append(connection: Connection, told: Sequence[Told], *, occurred_at: datetime) -> None:
    """Write events to be published if, and only if, the caller's transaction commits: one statement.

    ``occurred_at`` (aware) becomes the envelopes' ``time``.
    """
    if not told:
        return
    rows = [
        {
            "id": str(uuid7()),
            "event_type": each.contract.event_type,
            "data": each.contract.to_data(),
            "correlation_id": str(each.correlation_id),
            "causation_id": str(each.causation_id) if each.causation_id else None,
            "traceparent": each.traceparent,
            "history": each.history,
        }
        for each in told
    ]
    run(connection, (_APPEND, (occurred_at, json.dumps(rows, ensure_ascii=False))))


def renew_epoch(connection: Connection) -> UUID:
    """Begin a new epoch, as a restored database must: what is unsent is numbered anew from 1. Returns the epoch."""
    connection.execute(text("UPDATE outbox SET sequence = NULL, epoch = NULL WHERE sent_at IS NULL"))
    row = connection.execute(
        text("UPDATE publisher SET epoch = gen_random_uuid(), last_sequence = 0 RETURNING epoch")
    ).one()
    return UUID(str(row.epoch))


def hold(connection: Connection) -> bool:
    """Have the relay publish nothing new until ``let_go``; whether it was held already."""
    before = connection.execute(text("SELECT held_at IS NOT NULL FROM publisher FOR UPDATE")).scalar_one()
    connection.execute(text("UPDATE publisher SET held_at = coalesce(held_at, clock_timestamp())"))
    return bool(before)


def let_go(connection: Connection) -> None:
    """Let the relay publish again."""
    connection.execute(text("UPDATE publisher SET held_at = NULL"))
    connection.execute(text(BELL.ring))


def sweep_outbox(connection: Connection, *, keep_seconds: float, at_most: int = 5_000) -> int:
    """Forget events that were sent longer ago than this; returns how many rows went."""
    swept = connection.execute(
        text(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox "
            "WHERE sent_at < clock_timestamp() - make_interval(secs => :keep) LIMIT :at_most)"
        ),
        {"keep": keep_seconds, "at_most": at_most},
    )
    return swept.rowcount
