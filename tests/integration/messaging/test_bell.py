"""Whoever waits for a queue sleeps, and whoever writes wakes them: none is missed, and nobody is told for nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from shared.messaging.bedside import Bedside
from shared.messaging.publish import relay as relaying
from shared.messaging.publish.claims import WAITING
from shared.messaging.publish.outbox import BELL, append, hold, let_go
from shared.messaging.publish.publisher import ConfirmedPublisher
from shared.storage import bell as bells
from shared.storage.bell import Rest, Sleeper
from shared.storage.driver import Look
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import Told
from tests.integration.messaging.conftest import House, an_order, eventually

# a cluster has many databases, and other locks on what has the same number
_HELD = """
    FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND objid::bigint = :lock
"""
SLEEPS = f"SELECT count(*) {_HELD}"
END_THEM = f"SELECT count(pg_terminate_backend(pid)) {_HELD}"
NEVER = 3_600.0
SOON = 30.0


@contextmanager
def sleeper(house: House) -> Iterator[Sleeper]:
    """One who may sleep at the outbox, on a connection of their own."""
    with house.publisher.connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield Sleeper(connection, BELL)
        finally:
            connection.invalidate()


def write(connection: Connection) -> None:
    """One event into the outbox, in the connection's transaction."""
    append(connection, [Told(an_order(), uuid4())], occurred_at=datetime.now(UTC))


def all_is_sent(house: House) -> bool:
    return bool(house.ask("SELECT count(*) = 0 FROM outbox WHERE sent_at IS NULL", of="publisher"))


def somebody_sleeps(house: House) -> bool:
    return bool(house.ask(SLEEPS, of="publisher", lock=BELL.lock))


def test_who_sleeps_is_woken_by_the_commit_and_not_before(house: House) -> None:
    """A transaction that is still open, or is rolled back, wakes nobody."""
    with sleeper(house) as one, house.publisher.connect() as writing:
        assert one.lie_down()
        write(writing)
        assert not one.sleep(0.2)
        writing.rollback()
        assert not one.sleep(0.2)
        write(writing)
        writing.commit()
        assert one.sleep(SOON)


def test_nobody_is_told_while_nobody_sleeps(house: House) -> None:
    """A commit that tells takes a lock over the whole cluster: a busy day has none of it."""
    with sleeper(house) as awake, sleeper(house) as other:
        house.send("normal")
        assert not awake.sleep(0.2)
        assert other.lie_down()
        other.get_up()
        house.send("normal")
        assert not awake.sleep(0.2)


def test_nobody_lies_down_while_somebody_writes(house: House) -> None:
    """Who has seen nobody asleep rings for nobody: until that commit is there to be seen, one stays awake."""
    with sleeper(house) as one, house.publisher.connect() as writing:
        write(writing)
        assert not one.lie_down()
        writing.commit()
        assert one.lie_down()
        assert house.ask("SELECT count(*) FROM outbox WHERE sequence IS NULL", of="publisher") == 1


def test_one_sleeps_at_a_time_and_the_lock_ends_with_its_session(house: House) -> None:
    """The other looks as it did; and who dies asleep leaves the place."""
    with sleeper(house) as second:
        with sleeper(house) as first:
            assert first.lie_down()
            assert not second.lie_down()
        eventually(second.lie_down, saying="the place of one who is gone was free")


def test_what_rang_while_something_else_was_asked_is_not_forgotten(house: House) -> None:
    """The driver reads what PostgreSQL tells together with the next answer."""
    with sleeper(house) as one:
        assert one.lie_down()
        house.send("normal")
        assert one.connection.execute(text("SELECT 1")).scalar_one() == 1
        assert one.sleep(0.0)


def test_what_rang_while_the_queue_was_looked_at_is_not_forgotten(house: House) -> None:
    """That look goes past the driver: what it read with its answer is in no socket any more, and wakes all the same."""
    with sleeper(house) as one:
        waits = Look(one.connection, WAITING)
        assert one.lie_down()
        house.send("normal")
        assert waits()
        began = time.monotonic()
        assert one.sleep(SOON)
        assert time.monotonic() - began < SOON / 2


def test_a_relay_that_sleeps_sends_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the bell that wakes it: here it would look again in an hour, whatever the broker says meanwhile."""
    monkeypatch.setattr(bells, "LOOK_AT_LEAST_EVERY", NEVER)
    monkeypatch.setattr(relaying, "LOOK_BACK_EVERY", NEVER)
    monkeypatch.setattr(ConfirmedPublisher, "sockets", ())
    with house.relaying(announce_every=NEVER):
        for _ in range(2):
            eventually(lambda: somebody_sleeps(house), saying="the relay sleeps")
            house.send("normal")
            eventually(lambda: all_is_sent(house), saying="it was sent", within=SOON)
        eventually(lambda: somebody_sleeps(house), saying="it sleeps again")
        house.send("normal")  # wakes it, so that it hears that it is to stop


def test_a_relay_that_was_held_is_woken_when_it_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written meanwhile is sent at once."""
    monkeypatch.setattr(bells, "LOOK_AT_LEAST_EVERY", NEVER)
    monkeypatch.setattr(relaying, "LOOK_BACK_EVERY", NEVER)
    monkeypatch.setattr(ConfirmedPublisher, "sockets", ())
    with house.publisher.begin() as connection:
        hold(connection)
    try:
        with house.relaying(announce_every=NEVER):
            house.send("normal")
            eventually(lambda: somebody_sleeps(house), saying="the relay sleeps")
            with house.publisher.begin() as connection:
                let_go(connection)
            eventually(lambda: all_is_sent(house), saying="it was sent", within=SOON)
            eventually(lambda: somebody_sleeps(house), saying="it sleeps again")
            house.send("normal")
    finally:
        with house.publisher.begin() as connection:
            let_go(connection)


def test_what_was_written_without_ringing_is_found_soon(house: House) -> None:
    """By hand, by an older version: half a second, and no hour."""
    with sleeper(house) as one:
        rest, paused = Rest(0.05, lively=0.03), []
        rest.between(one, paused.append)
        assert one.asleep
        assert paused == []
        rest.between(one, paused.append)
        assert one.asleep
        rest.found()
        rest.between(one, paused.append)
        assert not one.asleep
        assert paused == [0.03]


def test_without_its_connection_a_bed_is_no_reason_to_be_late(house: House) -> None:
    """It looks as often as awake, and has its bed again when the database is back."""
    engine = make_engine(house.installation.settings().service("referral").database_url, pool_size=1)
    bed, paused = Bedside(engine, BELL, every=0.04), []
    try:
        bed.rest(paused.append, found=False)
        assert somebody_sleeps(house)
        assert paused == []
        house.ask(END_THEM, of="publisher", lock=BELL.lock)
        eventually(lambda: not somebody_sleeps(house), saying="its connection is lost")
        # PostgreSQL's last words come first, and then nothing
        eventually(lambda: bed.rest(paused.append, found=False) or paused, saying="the loss was noticed")
        assert paused == [0.04]
        bed.rest(paused.append, found=False)
        assert paused == [0.04, 0.04], "a new connection is not asked for at once"
        eventually(lambda: bed.rest(paused.append, found=False) or somebody_sleeps(house), saying="it sleeps again")
    finally:
        bed.leave()
        engine.dispose()
