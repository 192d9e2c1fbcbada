"""The directory tells again how everything stands, and an empty copy is whole afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text

from operations.come_back.announce import announce
from operations.operator_act import rule_for
from operations.trouble import Trouble
from services.directory.domain.events import SessionEnded
from services.directory.processes import tell_everything_again as telling
from shared.storage.staff import TABLES
from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="module")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """A city of this module's own: its copy is emptied."""
    with seeded_city(infrastructure) as made:
        yield made


def copy_of(city: City) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the tables that each service keeps of what the directory tells."""
    engine = create_engine(city.settings.service("directory").owner_database_url)
    with engine.connect() as connection:
        found = {
            each: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {each}"))), key=str) for each in TABLES
        }
    engine.dispose()
    return found


def lose(city: City, *tables: str) -> None:
    """Empty tables of the copy."""
    engine = create_engine(city.settings.service("directory").owner_database_url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
    engine.dispose()


def end_something(city: City) -> None:
    """One assignment and one session end, so that there are ends to be told."""
    now = datetime.now(UTC)
    actor = city.administrator_of(city.rows("select organization_id from units limit 1")[0][0], "0180")
    with city.parts.work_of_operator() as work:
        assignment = work.assignments.find(actor.assignment_id)
        assert assignment is not None
        ended, event = assignment.ended(now)
        work.assignments.end(ended)
        work.record(event)
        work.record(SessionEnded(occurred_at=now, session_id=uuid4(), expires_at=now + timedelta(hours=8)))
        work.commit()


def test_an_empty_copy_is_whole_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every unit and assignment, ends and all, however many parts it is told in."""
    end_something(city)
    before = copy_of(city)
    assert all(before.values()), "there is something of each to be told"
    # which sessions have ended the directory knows by this very table
    lose(city, *(each for each in TABLES if each != "ended_sessions"))
    monkeypatch.setattr(telling, "AT_ONCE", 3)
    console = Console(record=True, width=300)
    announce(city.settings, "directory", "copy-not-whole", console)
    assert copy_of(city) == before
    units, assignments = len(before["known_units"]), len(before["known_assignments"])
    assert len(city.told("session.end-told-again.v1")) == 1
    said = f"Told again: {units} units, {assignments} assignments, the rules of 1 municipalities, 1 ended sessions."
    assert said in console.export_text()


def test_nothing_is_said_to_have_happened(city: City) -> None:
    """Others than the events of a change, each once for each thing; and the log is told by whom and why."""
    changes = ("unit.changed.v1", "assignment.granted.v1", "assignment.ended.v1", "routing-rules.changed.v1")
    before = {each: len(city.told(each)) for each in changes}
    acts = len(city.told("access.recorded.v1"))
    again = len(city.told("unit.told-again.v1"))
    announce(city.settings, "directory", "exercise", Console(quiet=True))
    assert {each: len(city.told(each)) for each in changes} == before
    assert len(city.told("unit.told-again.v1")) - again == len(city.rows("select from units"))
    told = city.told("access.recorded.v1")
    assert len(told) == acts + 1
    assert (told[-1]["action"], told[-1]["rule"]) == ("announce", rule_for("exercise"))
    rules = city.told("routing-rules.told-again.v1")[-1]
    assert (rules["municipality_code"], rules["version"]) == ("0180", city.rules().version)
    assert rules["rules"] == city.told("routing-rules.changed.v1")[-1]["rules"]


def test_only_the_directory_has_what_others_copy(city: City) -> None:
    """The sentence says what there is instead; without a reason nothing is done."""
    with pytest.raises(Trouble, match="lotsa republish referral"):
        announce(city.settings, "referral", "exercise", Console(quiet=True))
    told = len(city.told("unit.told-again.v1"))
    with pytest.raises(Trouble, match="--reason"):
        announce(city.settings, "directory", "", Console(quiet=True))
    assert len(city.told("unit.told-again.v1")) == told
