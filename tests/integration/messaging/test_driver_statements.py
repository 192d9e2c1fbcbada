"""Statements handed to the driver itself behave as SQLAlchemy's own: transaction, errors and pool."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared.storage import engine as room
from shared.storage.driver import Look, ask, ask_alone, run
from shared.storage.engine import make_engine
from tests.integration.messaging.test_engine import broken_off
from tests.support.infrastructure import Infrastructure

OWN = "SELECT pg_backend_pid()"


@pytest.fixture
def engine(infrastructure: Infrastructure) -> Iterator[Engine]:
    """An engine with two connections."""
    made = make_engine(infrastructure.postgres_url, pool_size=2)
    yield made
    made.dispose()


def test_what_was_run_is_committed_with_the_rest(engine: Engine) -> None:
    """SQLAlchemy knows of the transaction, whoever began it: a commit keeps, a rollback undoes."""
    with engine.connect() as connection:
        run(connection, ("CREATE TEMP TABLE kept (n int)", ()))
        connection.commit()
        run(connection, ("INSERT INTO kept VALUES ($1)", (1,)), ("INSERT INTO kept VALUES ($1)", (2,)))
        connection.commit()
        run(connection, ("INSERT INTO kept VALUES ($1)", (3,)))
        connection.rollback()
        assert ask(connection, "SELECT n FROM kept ORDER BY n") == [(1,), (2,)]


def test_a_lone_question_leaves_no_transaction_behind(engine: Engine) -> None:
    """It neither begins one nor leaves the connection in another mode than it was lent in."""
    assert ask_alone(engine, "SELECT $1::text", ("å",)) == [("å",)]
    with engine.connect() as connection:
        run(connection, ("CREATE TEMP TABLE undone (n int)", ()))
        connection.rollback()
        with pytest.raises(ProgrammingError):
            ask(connection, "SELECT n FROM undone")


def test_whoever_is_stopped_in_the_middle_is_told_of_that_and_leaves_no_busy_connection(engine: Engine) -> None:
    """What stops one (a time limit, say) is what is raised; who asks next is lent another connection."""

    class Stopped(Exception):
        pass

    def stop(number: int, frame: object) -> None:
        raise Stopped

    first = ask_alone(engine, OWN)
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        with pytest.raises(Stopped):
            ask_alone(engine, "SELECT pg_sleep(30)")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert ask_alone(engine, OWN) != first


def test_the_databases_no_is_sqlalchemys_error_without_the_values(engine: Engine) -> None:
    """Whoever handles database errors need not know which road a statement took."""
    for attempt in (
        lambda connection: ask(connection, "SELECT $1::text FROM nowhere", ("Frans",)),
        lambda connection: run(connection, ("INSERT INTO nowhere VALUES ($1)", ("Frans",))),
    ):
        with engine.connect() as connection, pytest.raises(ProgrammingError) as failed:
            attempt(connection)
        assert "Frans" not in str(failed.value)
    with pytest.raises(ProgrammingError):
        ask_alone(engine, "SELECT 1 FROM nowhere")
    assert ask_alone(engine, "SELECT 1") == [(1,)]


def test_a_look_may_be_prepared_anew_on_the_same_connection(engine: Engine) -> None:
    """As often as one likes: PostgreSQL keeps what was prepared for as long as the session, also when we let it go."""
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("CREATE TEMP TABLE looked_at (n int)")
        for _ in range(20):
            # gone at once, so that the next one may lie where it lay
            assert not Look(connection, b"SELECT FROM looked_at")()
        connection.exec_driver_sql("INSERT INTO looked_at VALUES (1)")
        assert Look(connection, b"SELECT FROM looked_at")()


def _asked(engine: Engine) -> None:
    with engine.connect() as connection:
        ask(connection, OWN)


@pytest.mark.parametrize("asked", [_asked, lambda engine: ask_alone(engine, OWN)], ids=["in a transaction", "alone"])
def test_a_lost_connection_has_the_whole_pool_renewed(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch, asked: Callable[[Engine], object]
) -> None:
    """One request meets the loss; the next is served, although the pool held a second dead connection."""
    monkeypatch.setattr(room, "IDLE_BEFORE_PING_S", 60.0)
    engine = make_engine(infrastructure.postgres_url, pool_size=2, application_name="lotsa driver")
    with engine.connect() as one, engine.connect() as two:
        lost = {ask(each, OWN)[0][0] for each in (one, two)}
    broken_off(infrastructure, "lotsa driver")
    with pytest.raises(OperationalError):
        asked(engine)
    with engine.connect() as one, engine.connect() as two:
        assert not lost & {ask(each, OWN)[0][0] for each in (one, two)}
    engine.dispose()


@pytest.mark.parametrize("asked", [_asked, lambda engine: ask_alone(engine, OWN)], ids=["in a transaction", "alone"])
def test_a_server_that_is_not_there_is_sqlalchemys_error(asked: Callable[[Engine], object]) -> None:
    """So that a request is answered with "try again", not with "something went wrong"."""
    with socket.socket() as nobody:
        # bound, but nobody listens
        nobody.bind(("127.0.0.1", 0))
        engine = make_engine(f"postgresql+psycopg://nobody@127.0.0.1:{nobody.getsockname()[1]}/none", pool_size=1)
        with pytest.raises(OperationalError):
            asked(engine)
        with pytest.raises(OperationalError):
            asked(engine)  # and the pool has not lost its place
        engine.dispose()


def test_all_who_meet_the_loss_at_once_are_told_at_once(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every place in the pool taken by a dead connection, nobody waits for another's place."""
    monkeypatch.setattr(room, "IDLE_BEFORE_PING_S", 60.0)
    engine = make_engine(infrastructure.postgres_url, pool_size=4, application_name="lotsa driver")
    held = [engine.connect() for _ in range(4)]
    for each in held:
        ask(each, OWN)
    for each in held:
        each.close()
    broken_off(infrastructure, "lotsa driver")
    together = threading.Barrier(4)
    errors: list[Exception] = []

    def ask_once() -> None:
        together.wait()
        try:
            ask_alone(engine, OWN)
        except Exception as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    threads = [threading.Thread(target=ask_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not [error for error in errors if not isinstance(error, OperationalError)], "a place in the pool was missed"
    assert ask_alone(engine, "SELECT 1") == [(1,)]
    engine.dispose()
