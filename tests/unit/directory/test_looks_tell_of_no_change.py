"""A look in which something happens is refused in the directory, and nothing of it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from services.directory.adapters import reference_data
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.access import look
from services.directory.domain.events import SessionEnded
from shared.access.record import record_access
from shared.storage.unit_of_work import ChangedWhileReading, Told, reading
from tests.support.cast import HANNA

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ENDED = SessionEnded(occurred_at=NOW, session_id=UUID(int=3), expires_at=NOW)
TOLD: list[Told] = []
LOOK = look("read", "own-municipality", "unit", UUID(int=2))


def write(_connection: Connection, told: Sequence[Told], *, occurred_at: datetime) -> None:
    """What would go out."""
    TOLD.extend(told)


def work_on(engine: Engine) -> DirectoryUnitOfWork:
    """The directory's transaction."""
    return DirectoryUnitOfWork(
        engine, write_outbox=write, areas=reference_data.areas(), taxonomies=reference_data.taxonomies()
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A database that nobody asks anything."""
    TOLD.clear()
    engine = create_engine("sqlite://", poolclass=StaticPool)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("is_a_look_too", [False, True])
def test_what_happened_in_a_look_is_not_lost_without_a_word(engine: Engine, is_a_look_too: bool) -> None:
    """Neither undone in silence, nor told of beside the look."""

    def look_at_it() -> None:
        with reading(work_on(engine)) as work:
            if is_a_look_too:
                record_access(LOOK, HANNA, work)
            work.record(ENDED)

    with pytest.raises(ChangedWhileReading):
        look_at_it()
    assert TOLD == []


def test_a_look_is_told(engine: Engine) -> None:
    """When nothing happened in it."""
    with reading(work_on(engine)) as work:
        record_access(LOOK, HANNA, work)
    assert [type(each.contract).__name__ for each in TOLD] == ["AccessRecorded"]
