"""Sending again what was sent: a request that a person makes, and how far the relay has come with it.

The events keep their ids, sequences and epochs, so whoever has carried one out ignores it. How long sent events stay
is less than how long the inbox remembers (``shared.messaging.retention``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared.kernel.identity import uuid7
from shared.messaging.retention import KEEP_SENT_DAYS
from shared.storage.driver import ask, run

_CREATE = """
    CREATE TABLE republishing (
        request_id uuid PRIMARY KEY,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        reached_at timestamptz NOT NULL,
        reached_id uuid NOT NULL,
        published bigint NOT NULL DEFAULT 0,
        finished_at timestamptz
    )
"""
_BEFORE_ALL = UUID(int=0)
# from the events' own table: what was sent while this is asked for goes the usual way
_ASK = """
    INSERT INTO republishing (request_id, since, until, reached_at, reached_id)
    VALUES (:request_id, :since, clock_timestamp(), :since, :before_all)
"""
_OPEN = """
    SELECT request_id, reached_at, reached_id, until FROM republishing WHERE finished_at IS NULL
    ORDER BY request_id LIMIT 1
"""
# only as far as a column's own order goes can the index be used, hence the first condition
_NEXT = """
    SELECT id, sent_at FROM outbox
    WHERE sent_at >= $1 AND (sent_at, id) > ($1, $2) AND sent_at <= $3 AND sequence IS NOT NULL
    ORDER BY sent_at, id LIMIT $4
"""
_REACHED = """
    UPDATE republishing SET reached_at = $2, reached_id = $3, published = published + $4 WHERE request_id = $1
"""
_FINISHED = "UPDATE republishing SET finished_at = clock_timestamp() WHERE request_id = $1"
_SWEEP = "DELETE FROM republishing WHERE finished_at < clock_timestamp() - make_interval(days => $1)"
_PROGRESS = "SELECT published, finished_at IS NOT NULL FROM republishing WHERE request_id = :request_id"
_COUNT = "SELECT count(*) FROM outbox WHERE sent_at >= :since AND sequence IS NOT NULL"


@dataclass(frozen=True)
class Request:
    """What was asked for, and how far it has come: all sent events from there until ``until``."""

    request_id: UUID
    reached_at: datetime
    reached_id: UUID
    until: datetime


def create_republishing(op: Any, app: str) -> None:
    """Make the table in an alembic migration, for the application's role (quoted). Frozen: version 1."""
    op.execute(_CREATE)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON republishing TO {app}")


def ask_to_republish(connection: Connection, since: datetime) -> UUID:
    """Ask the relay to send again what was sent from that moment (aware) on; returns the request's id."""
    request_id = uuid7()
    values = {"request_id": request_id, "since": since, "before_all": _BEFORE_ALL}
    connection.execute(text(_ASK), values)
    return request_id


def how_many(connection: Connection, since: datetime) -> int:
    """How many sent events there are from that moment on."""
    return int(connection.execute(text(_COUNT), {"since": since}).scalar_one())


def progress(connection: Connection, request_id: UUID) -> tuple[int, bool]:
    """How many events have been sent again, and whether that was all."""
    published, finished = connection.execute(text(_PROGRESS), {"request_id": request_id}).one()
    return int(published), bool(finished)


def open_request(connection: Connection) -> Request | None:
    """The oldest request that is not finished, or None."""
    rows = ask(connection, _OPEN)
    return Request(*rows[0]) if rows else None


def next_of(connection: Connection, request: Request, at_most: int) -> list[tuple[UUID, datetime]]:
    """The next events of a request, in the order in which they were sent: their ids and when that was."""
    asked = (request.reached_at, request.reached_id, request.until, at_most)
    return [(row[0], row[1]) for row in ask(connection, _NEXT, asked)]


def note_reached(connection: Connection, request: Request, sent: Sequence[tuple[UUID, datetime]]) -> None:
    """Note how far a request has come; with nothing sent it is finished."""
    if sent:
        last, at = sent[-1]
        run(connection, (_REACHED, (request.request_id, at, last, len(sent))))
    else:
        run(connection, (_FINISHED, (request.request_id,)))


def sweep_requests(connection: Connection) -> None:
    """Forget requests that were finished long ago."""
    run(connection, (_SWEEP, (KEEP_SENT_DAYS,)))
