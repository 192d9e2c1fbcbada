"""What a process remembers of rules and units is never older than the database: each change counts at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referral.adapters import routing
from shared.contracts.directory import UnitChanged
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.events import unit_changed
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN

ASKED = "/routing-proposal?area=0180-kungsholmen"
HERE = {"rule_id": "r", "area": "0180-kungsholmen", "unit_id": str(KUNGSHOLMEN), "reason_sv": "Bor där."}


def changed(unit_id: UUID, version: int, *, name: str = "Ändrad", active: bool = True) -> UnitChanged:
    """A unit in Kungsholmen, told anew."""
    return unit_changed(unit_id, version=version, name=name, area="0180-kungsholmen", active=active)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that routing asks the database."""
    asked: list[str] = []

    def ask(connection: Any, statement: str, values: Any) -> Any:
        asked.append(statement)
        return original(connection, statement, values)

    original = routing.ask
    monkeypatch.setattr(routing, "ask", ask)
    return asked


def test_what_has_not_changed_is_not_read_again(room: Room, alva: Cast, questions: list[str]) -> None:
    """One short question, whether anything changed, is all that a second sending asks."""
    alva.ask("GET", ASKED)
    questions.clear()
    alva.ask("GET", ASKED)
    assert questions == [routing._RULES]


def test_a_changed_rule_counts_at_once(room: Room, alva: Cast) -> None:
    """Also when its number is the one that was remembered, as after a restore."""
    room.rules(HERE, version=2)
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(KUNGSHOLMEN)
    room.rules({**HERE, "unit_id": str(STAND_IN)}, version=3)
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(STAND_IN)
    with room.parts.as_system() as uow:
        uow.connection.exec_driver_sql("UPDATE routing_sets SET version = 2")
        uow.commit()
    room.rules({**HERE, "unit_id": str(SODERMALM)}, version=3)
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(SODERMALM)


def test_a_unit_that_closes_opens_or_is_renamed_counts_at_once(room: Room, alva: Cast) -> None:
    """Each is seen by the very next request of the same process."""
    room.rules(HERE, version=2)
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(KUNGSHOLMEN)
    room.hear(changed(KUNGSHOLMEN, 2, active=False))
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(SODERMALM)
    room.hear(changed(KUNGSHOLMEN, 3, name="Öppen igen"))
    assert alva.ask("GET", ASKED).json["unit"]["name"] == "Öppen igen"
    new = uuid4()
    room.hear(changed(new, 1, name="Ny enhet"))
    room.rules({**HERE, "unit_id": str(new)}, version=3)
    assert alva.ask("GET", ASKED).json["unit"]["name"] == "Ny enhet"


def test_what_was_never_committed_is_not_remembered(room: Room, alva: Cast) -> None:
    """A transaction sees its own change; when it is undone, nobody else does."""
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(SODERMALM)
    with room.parts.as_system() as uow:
        uow.routing.keep("0180", 9, KUNGSHOLMEN, [HERE])  # type: ignore[arg-type]
        rules = uow.routing.rules_of("0180")
        assert rules is not None
        assert rules.default_unit_id == KUNGSHOLMEN
        uow.rollback()
    assert alva.ask("GET", ASKED).json["unit"]["id"] == str(SODERMALM)
