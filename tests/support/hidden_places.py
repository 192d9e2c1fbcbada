"""Where something may have been left behind: every table, every log, every message, every file of a browser profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from operations.install.installation import Installation
from operations.install.migrate import subscriptions
from shared.messaging import names
from shared.messaging.connection import body_of, connect, drop
from shared.settings import SERVICES, Settings

TAP = "tap"


@dataclass(frozen=True)
class Found:
    """One place and what is in it."""

    place: str
    content: bytes = field(repr=False)


def files_under(folder: Path) -> Iterator[Found]:
    """Every file, whatever it is called; its name counts as content too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = str(path.relative_to(folder))
            yield Found(f"file {folder.name}/{name}", name.encode() + b"\n" + path.read_bytes())


def every_table(installation: Installation) -> Iterator[Found]:
    """All rows of all tables of the four databases, as the superuser copies them out: row policies hide nothing."""
    for service in SERVICES:
        name = f"{installation.prefix}_{service}"
        url = make_url(installation.servers.postgres_url).set(drivername="postgresql", database=name)
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            yield from _tables(service, connection)


def every_statement(installation: Installation) -> Iterator[Found]:
    """What the database shows of the statements last run: values must have gone beside them, never in them."""
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        query = "SELECT string_agg(query, E'\\n') FROM pg_stat_activity WHERE datname LIKE %s"
        row = connection.execute(query, [f"{installation.prefix}\\_%"]).fetchone()
    yield Found("the database's list of statements", str(row).encode())


def _tables(service: str, connection: psycopg.Connection[Any]) -> Iterator[Found]:
    query = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    tables = connection.execute(query).fetchall()
    assert tables, f"{service} has no tables: nothing would be searched"
    for schema, table in tables:
        statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
        with connection.cursor().copy(statement) as rows:
            yield Found(f"table {service}.{table}", b"".join(map(bytes, rows)))


@contextmanager
def tapped(settings: Settings) -> Iterator[None]:
    """Have a copy of every message laid aside from now on: published, put aside for later, sent back, or parked."""
    with _channel(settings) as channel:
        # a look counts as a delivery, and there must be no limit to looking
        kind = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
        channel.queue_declare(TAP, durable=True, auto_delete=False, arguments=kind)
        for exchange, key in _ways():
            channel.queue_bind(TAP, exchange, key)
    try:
        yield
    finally:
        with _channel(settings) as channel:
            channel.queue_delete(TAP)


@contextmanager
def _channel(settings: Settings) -> Iterator[Any]:
    connection = connect(settings.admin_broker_url, TAP)
    try:
        channel = connection.channel()
        channel.auto_decode = False
        yield channel
        # closing gives back what was only looked at
        channel.close()
    finally:
        drop(connection)


def _ways() -> Iterator[tuple[str, str]]:
    for service in SERVICES:
        yield names.exchange(service), "#"
        for seconds in names.RETRY_SECONDS:
            yield names.retry_exchange(service, seconds), ""
    for each in subscriptions():
        yield names.again_exchange(each.service), each.queue
        yield names.parked_exchange(each.service), each.queue


def every_message(settings: Settings) -> Iterator[Found]:
    """What the tap laid aside, and what lies in parked queues: bodies, headers and properties. They stay there."""
    for queue in (TAP, *(names.parked_queue(each.queue) for each in subscriptions())):
        with _channel(settings) as channel:
            while (message := channel.basic_get(queue, no_ack=False)) is not None:
                around = f"{message.delivery_info} {message.properties}\n".encode()
                yield Found(f"queue {queue}", around + body_of(message))
