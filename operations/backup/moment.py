"""One moment of four databases: snapshots such that nothing which one has heard is unknown to the one who told it.

An event is numbered, and that committed, before it is published. So while nobody can number (each publisher's row is
locked, in all four), snapshots are taken: whatever a consumer's snapshot has heard was numbered before, and stands in
its publisher's snapshot. The other way about, what a consumer has not heard yet stands in the publisher's outbox, and
is sent again (`lotsa restored`). It takes milliseconds, and no sending of a person's waits for it: they number nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

_LOCK_WITHIN_MS = 5_000
_DESCRIBED = """
    SELECT publisher.epoch::text, last_sequence, (SELECT version_num FROM alembic_version),
        (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
    FROM publisher
"""
_HEAD = "SELECT size, encode(root, 'hex') FROM log_checkpoints ORDER BY size DESC LIMIT 1"


@dataclass(frozen=True)
class Snapshot:
    """A database's snapshot, for ``pg_dump --snapshot``, and what the database says of itself in it."""

    service: str
    database: str
    snapshot_id: str
    epoch: str
    last_sequence: int
    revision: str
    unsent: int
    log_size: int | None = None
    log_root: str | None = None


def connect(admin_url: str, database: str, **given: Any) -> psycopg.Connection[Any]:
    """A superuser's connection to one database (libpq's parameters may be given)."""
    url = make_url(admin_url).set(drivername="postgresql", database=database)
    return psycopg.connect(
        url.render_as_string(hide_password=False), connect_timeout=10, application_name="lotsa backup", **given
    )


@contextmanager
def one_moment(admin_url: str, databases: Mapping[str, str]) -> Iterator[list[Snapshot]]:
    """Snapshots of the services' databases (names by service), for as long as the block lasts. Raises psycopg.Error."""
    with ExitStack() as open_until_dumped:
        with ExitStack() as nobody_numbers:
            for database in databases.values():
                connection = nobody_numbers.enter_context(connect(admin_url, database))
                connection.execute(f"SET lock_timeout = {_LOCK_WITHIN_MS}")
                connection.execute("SELECT FROM publisher FOR UPDATE")
            taken = [_snapshot(open_until_dumped, admin_url, name, service) for service, name in databases.items()]
        yield taken


def _snapshot(stack: ExitStack, admin_url: str, database: str, service: str) -> Snapshot:
    connection = stack.enter_context(connect(admin_url, database))
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    snapshot_id = connection.execute("SELECT pg_export_snapshot()").fetchone()
    described = connection.execute(_DESCRIBED).fetchone()
    head = connection.execute(_HEAD).fetchone() if service == "audit" else None
    assert snapshot_id is not None
    assert described is not None
    return Snapshot(service, database, snapshot_id[0], *described, *(head or ()))
