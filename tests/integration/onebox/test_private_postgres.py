"""A private cluster: from whatever programs there are, on loopback, with a password, and discreet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from demo.one_machine.private_postgres import PrivatePostgres
from demo.one_machine.service_user import service_user
from tests.support import servers_from_programs
from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="module")
def cluster() -> Iterator[PrivatePostgres]:
    """A cluster of the wheel's programs, the last resort of `make test`."""
    programs, user = servers_from_programs.from_the_wheel(), service_user()
    if not user.may_enter(programs.folder):
        pytest.skip("the database's user cannot enter the folder in which the wheel is installed")
    folder = Path("/tmp") / f"lotsa-wheel-{os.getpid()}"
    made = PrivatePostgres(folder, programs, user, fsync=False)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _connect(cluster: PrivatePostgres) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(cluster.url.replace("+psycopg", ""), connect_timeout=5)


def test_it_listens_on_loopback_with_a_password(cluster: PrivatePostgres) -> None:
    """No other address, no socket in the file system, nobody in without the password."""
    with _connect(cluster) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            f"postgresql://postgres@127.0.0.1:{cluster.port}/postgres?passfile=/dev/null", connect_timeout=5
        )


def test_what_was_committed_survives_an_immediate_restart(cluster: PrivatePostgres) -> None:
    """Crash recovery brings it back, on the same port."""
    port = cluster.port
    with _connect(cluster) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    cluster.restart_immediately()
    assert cluster.port == port
    with _connect(cluster) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_the_servers_log_holds_nothing_of_what_failed(cluster: PrivatePostgres) -> None:
    """Neither statement, parameter, message nor detail: each may hold a person's data."""
    with _connect(cluster) as connection:
        connection.execute("CREATE TABLE people (number text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('canary-in-a-detail')")
    for statement, parameter in (
        ("SELECT 'canary-in-a-statement' WHERE %s::text::int = 1", "canary-in-a-message"),
        ("INSERT INTO people VALUES (%s)", "canary-in-a-detail"),
    ):
        with _connect(cluster) as connection, pytest.raises(psycopg.DatabaseError):
            connection.execute(statement, [parameter])
    assert "canary" not in (cluster.folder / "postgres.log").read_text()


def test_a_database_that_cannot_sort_as_swedish_does_is_known(
    infrastructure: Infrastructure, cluster: PrivatePostgres
) -> None:
    """The wheel lacks ICU: tests of ordering ask `has_icu`, say so and skip there."""
    found = Infrastructure(cluster.url, infrastructure.amqp_url, infrastructure.rabbitmq_api, origin="the wheel")
    assert not found.has_icu
    with _connect(cluster) as connection, pytest.raises(psycopg.errors.UndefinedObject):
        connection.execute("SELECT 'å' COLLATE \"sv-x-icu\" < 'ä'")
