"""Whoever opened a transaction to show something writes down the look and nothing else, told or not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from operations.checkout import CHECKOUT
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.access import look
from shared.access.record import record_access
from shared.kernel.identity import UnitId
from shared.storage import unit_of_work
from shared.storage.unit_of_work import ChangedWhileReading
from tests.support.cast import UNIT
from tests.support.directory_city import City

NAMES = "select name from units order by id"
RENAMED = text("update units set name = name || ' (ny)' where id = :id")
FARSTA = UnitId(UNIT["advice-farsta"])


def _look(city: City, uow: DirectoryUnitOfWork) -> None:
    record_access(look("open-unit", "own-organization", "unit", FARSTA), city.editor("hanna"), uow)


def test_a_look_alone_is_kept(city: City) -> None:
    """The record of it is what is written."""
    with unit_of_work.reading(city.parts.work_of(city.editor("hanna"))) as uow:
        assert uow.units.find(FARSTA) is not None
        _look(city, uow)
    assert city.told("access.recorded.v1")[-1]["action"] == "open-unit"


@pytest.mark.parametrize("looked", [True, False])
def test_a_row_that_is_changed_by_a_statement_is_noticed(city: City, looked: bool) -> None:
    """Though nobody is told of it; with a look it would have been kept, without one it would have been undone."""
    before = city.rows(NAMES)

    def show() -> None:
        with unit_of_work.reading(city.parts.work_of(city.editor("hanna"))) as uow:
            uow.connection.execute(RENAMED, {"id": FARSTA})
            if looked:
                _look(city, uow)

    with pytest.raises(ChangedWhileReading, match="units"):
        show()
    assert city.rows(NAMES) == before


def test_no_room_takes_it_past_this() -> None:
    """Whoever imports ``reading`` by its name has the one of production, which is not held to it here."""
    past = re.compile(r"^from shared\.storage\.unit_of_work import .*\breading\b", re.MULTILINE)
    rooms = [file for room in ("services", "shared") for file in (CHECKOUT / room).rglob("*.py")]
    assert [file for file in rooms if past.search(file.read_text(encoding="utf-8"))] == []
    assert past.search("from shared.storage.unit_of_work import ChangedWhileReading, reading\n")


def test_what_was_changed_before_is_not_held_against_the_next_look(city: City) -> None:
    """PostgreSQL counts a session's changes for a second or longer, also past the end of their transaction."""
    hanna = city.editor("hanna")
    with unit_of_work.changing(city.parts.work_of(hanna)) as changing:
        changing.connection.execute(RENAMED, {"id": FARSTA})
    for _ in range(3):
        with unit_of_work.reading(city.parts.work_of(hanna)) as uow:
            _look(city, uow)
