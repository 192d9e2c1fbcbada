"""A transaction is kept on leaving it and undone on raising; a look keeps its record, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import StaticPool

from shared.contracts.contract import Contract
from shared.storage.unit_of_work import ChangedWhileReading, Told, UnitOfWork, changing, reading
from tests.support.builders.events import access_recorded, session_ended

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
LOOK = access_recorded(UUID(int=4), occurred_at=NOW)
CHANGE = session_ended(expires_at=NOW, occurred_at=NOW)


def write(connection: Connection, told: Sequence[Told], *, occurred_at: datetime) -> None:
    """As the outbox: in the same transaction."""
    for each in told:
        connection.execute(text("insert into told values (:what)"), {"what": type(each.contract).__name__})


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A database of this test's own."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        connection.execute(text("create table told (what text)"))
        connection.execute(text("create table things (name text)"))
    yield engine
    engine.dispose()


def kept(engine: Engine) -> tuple[list[str], list[str]]:
    """What is there afterwards: things, and what was told."""
    with engine.connect() as connection:
        things = connection.execute(text("select name from things")).scalars().all()
        return list(things), list(connection.execute(text("select what from told")).scalars())


def work(engine: Engine) -> UnitOfWork:
    """A unit of work on it."""
    return UnitOfWork(engine, write_outbox=write)


def change(uow: UnitOfWork, *told: Contract) -> None:
    """Write a row and tell of it."""
    uow.connection.execute(text("insert into things values ('boat')"))
    uow.publish(*told)


def test_a_change_is_kept_and_told_on_leaving(engine: Engine) -> None:
    """By whatever way one leaves."""

    def leave() -> str:
        with changing(work(engine)) as uow:
            change(uow, CHANGE, LOOK)
            return "left"

    assert leave() == "left"
    assert kept(engine) == (["boat"], ["SessionEnded", "AccessRecorded"])


def test_a_change_is_undone_on_raising(engine: Engine) -> None:
    """Row, event and record alike."""

    def break_off() -> None:
        with changing(work(engine)) as uow:
            change(uow, CHANGE, LOOK)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert kept(engine) == ([], [])


def test_what_was_committed_before_raising_stays(engine: Engine) -> None:
    """The record of a refused attempt is committed by itself, and then the refusal is raised."""

    def refuse() -> None:
        with changing(work(engine)) as uow:
            change(uow, CHANGE)
            uow.rollback()
            uow.publish(LOOK)
            uow.commit()
            raise KeyError

    with pytest.raises(KeyError):
        refuse()
    assert kept(engine) == ([], ["AccessRecorded"])


def test_a_look_keeps_its_record(engine: Engine) -> None:
    """It is told with the page that shows it."""
    with reading(work(engine)) as uow:
        uow.publish(LOOK)
    assert kept(engine) == ([], ["AccessRecorded"])


def test_a_page_that_could_not_be_made_was_not_read(engine: Engine) -> None:
    """Nobody saw anything."""

    def break_off() -> None:
        with reading(work(engine)) as uow:
            uow.publish(LOOK)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert kept(engine) == ([], [])


def test_a_look_of_which_nothing_is_told_changes_nothing(engine: Engine) -> None:
    """Also where somebody forgot that it does."""
    with reading(work(engine)) as uow:
        change(uow)
    assert kept(engine) == ([], [])


def test_a_look_that_tells_of_a_change_is_refused(engine: Engine) -> None:
    """Whoever opened the wrong one finds out at once, and nothing is half-done."""
    with pytest.raises(ChangedWhileReading), reading(work(engine)) as uow:
        change(uow, CHANGE, LOOK)
    assert kept(engine) == ([], [])
