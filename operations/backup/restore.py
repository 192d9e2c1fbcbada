"""`lotsa restore`: a backup's databases put back, each whole under another name first, and then in the old one's place.

The old database is kept beside it: nothing is dropped. The publisher is held from before anybody can connect, so that
nothing goes out under numbers that are given already; `lotsa restored` says what became of them and lets it go on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pyrage
from psycopg import sql
from rich.console import Console

from operations import verify_log
from operations.backup import seal
from operations.backup.databases import admin_url, database_name, elsewhere, owner_of, users_of
from operations.backup.dump import restore
from operations.backup.make import STAMP, Backup
from operations.backup.moment import connect
from operations.install.migrate import migrate_database
from operations.trouble import Trouble
from shared.kernel.clock import SystemClock
from shared.settings import Settings

MAINTENANCE = "postgres"
HOLD = "UPDATE publisher SET held_at = coalesce(held_at, clock_timestamp())"
SAID = "SELECT epoch::text, last_sequence FROM publisher"
LOG_SIZE = "SELECT coalesce(max(size), 0) FROM log_checkpoints"


@dataclass(frozen=True)
class PutBack:
    """A database that was put back, and the name under which the one before is kept; None where there was none."""

    service: str
    kept_as: str | None


def put_back(
    settings: Settings,
    backup: Backup,
    services: Sequence[str],
    identities: Sequence[pyrage.x25519.Identity],
    console: Console,
) -> list[PutBack]:
    """Put these services' databases back. Raises Trouble; a database that was not whole has then replaced none."""
    stamp = f"{SystemClock().now().astimezone(UTC):{STAMP}}".lower()
    done = []
    for service in services:
        name = database_name(settings, service)
        with _read_in(settings, backup, service, f"{name}_restoring_{stamp}", identities) as made:
            _hold(settings, made)
            kept_as = _take_the_place(settings, made, name, f"{name}_before_{stamp}")
        done.append(PutBack(service, kept_as))
        console.print(f"  {service}: put back as it was at {backup.taken_at:%Y-%m-%d %H:%M:%S} UTC; it is held.")
        if kept_as is not None:
            console.print(f"    The database that was there is kept as {kept_as}: drop it when nobody needs it.")
    return done


def try_out(settings: Settings, backup: Backup, identities: Sequence[pyrage.x25519.Identity], console: Console) -> None:
    """Restore every database of a backup beside the others, look whether it is as was said, and drop it again.

    The log is verified from outside. Raises Trouble at the first that is not so.
    """
    stamp = f"{SystemClock().now().astimezone(UTC):{STAMP}}".lower()
    for service in backup.contents["databases"]:
        scratch = f"{database_name(settings, service)}_check_{stamp}"
        with _read_in(settings, backup, service, scratch, identities):
            said = backup.of(service)
            found = _one_row(settings, scratch, SAID)
            if found != (said["epoch"], said["last_sequence"]):
                raise Trouble(f"{service} came back with other numbers than were written down: {found}.")
            if service == "audit" and said["log_size"]:
                _the_log_holds(elsewhere(settings, service, scratch), scratch, said, console)
        console.print(f"  {service}: restored beside the others, as it was said to be, and dropped again.")


def _the_log_holds(there: Settings, scratch: str, said: dict[str, Any], console: Console) -> None:
    found = _one_row(there, scratch, LOG_SIZE)
    if found != (said["log_size"],):
        raise Trouble(f"The log came back with {found[0]} entries, and {said['log_size']} were written down.")
    if verify_log.verify_put_back(there, [], console) != verify_log.HOLDS:
        raise Trouble("The log in this backup does not hold.")


@contextlib.contextmanager
def _read_in(
    settings: Settings, backup: Backup, service: str, into: str, identities: Sequence[pyrage.x25519.Identity]
) -> Iterator[str]:
    """A database made from a backup, migrated to this version; dropped afterwards if it still has that name.

    Raises Trouble, and KeyTrouble when its master key is not here.
    """
    backup.of(service)
    _create(settings, service, into)
    try:
        file = backup.file(service)
        restore(admin_url(settings), into, partial(_open_into, file, identities))
        # and are its keys here, without which what it holds about people cannot be read?
        migrate_database(elsewhere(settings, service, into), service)
        yield into
    finally:
        with _as_superuser(settings) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(into)))


def _open_into(file: Path, identities: Sequence[pyrage.x25519.Identity], writer: Any) -> None:
    seal.unseal(file, writer, identities)


def _create(settings: Settings, service: str, name: str) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(owner_of(settings, service))
    with _as_superuser(settings) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, owner)
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        for user in users_of(settings, service):
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(user)))


def _hold(settings: Settings, database: str) -> None:
    with connect(admin_url(settings), database, autocommit=True) as connection:
        connection.execute(HOLD)


def _take_the_place(settings: Settings, made: str, name: str, aside: str) -> str | None:
    """Rename in the old one's place, whoever is connected to that; returns what the old one is called now."""
    with _as_superuser(settings) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there:
            # nobody connects anew meanwhile, and whoever is connected is let go
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
            _let_go_of(connection, name)
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(aside))
            )
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(aside)))
        _let_go_of(connection, made)
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(made), sql.Identifier(name)))
    return aside if there else None


def _let_go_of(connection: psycopg.Connection[Any], database: str) -> None:
    connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [database])


def _one_row(settings: Settings, database: str, query: str) -> Any:
    with connect(admin_url(settings), database) as connection:
        return connection.execute(query).fetchone()


@contextlib.contextmanager
def _as_superuser(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(admin_url(settings), MAINTENANCE, autocommit=True) as connection:
        yield connection
