"""Whatever shows something is measured at scale, or left out for a reason."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from tests.architecture.test_every_door_is_decided import _doors_of
from tests.bench import doors
from tests.bench.changes import changes
from tests.bench.doors import LEFT_OUT, WITHOUT_A_BAR, Known, measured
from tests.support.four_apps import four_apps


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """The four, as the demonstration makes them."""
    return four_apps(tmp_path_factory.mktemp("installation") / "keys")


def test_every_door_that_shows_something_can_be_asked(apps: list[Flask]) -> None:
    """For each place in each address the bench knows what to put there; a new page fails here until that is so."""
    known = Known(lambda service: service, UUID(int=7))
    known._ask = lambda service, query: [query]  # type: ignore[method-assign]  # which question, and not its answer
    found = {door.name: sorted(door.rule.arguments) for door in measured(apps)}
    assert len(found) > 70
    for door in measured(apps):
        for who in doors._guests(door):
            for name in door.rule.arguments:
                assert known.values(name, door, who), (door.name, name)


def test_what_is_left_out_is_there(apps: list[Flask]) -> None:
    """A reason for a door that is gone would hide that another has taken its place."""
    there = {door.name for app in apps for door in _doors_of(app)}
    assert there >= LEFT_OUT.keys() | WITHOUT_A_BAR.keys()
    assert not any(door.name in LEFT_OUT for door in measured(apps))
    assert {door.name for door in measured(apps)} >= WITHOUT_A_BAR.keys()


def test_every_door_that_changes_something_is_decided(apps: list[Flask]) -> None:
    """Measured, or left out for a reason; a new one, and one that is gone, fail here."""
    assert len(changes(apps)) > 40
    app = Flask("new")
    app.add_url_rule("/new", view_func=lambda: "", endpoint="new", methods=["POST"])
    with pytest.raises(LookupError, match="POST /new"):
        changes([*apps, app])
    with pytest.raises(LookupError, match="POST /audit/search"):
        changes(apps[:3])


def test_a_door_that_nobody_decided_about_is_found(apps: list[Flask]) -> None:
    """Planted once, and seen."""
    app = Flask("new")
    app.add_url_rule("/new/<uuid:something>", view_func=lambda something: "", endpoint="new")
    [door] = [door for door in measured([app]) if door.name.startswith("GET /new/")]
    with pytest.raises(LookupError):
        Known(lambda service: service, UUID(int=7)).values("something", door, "bo")
