"""What is measured of a door that changes something is what it does, not that it refuses."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from tests.bench.changes import CHANGES, TO_BE_SENT, Change, Hands, Sending
from tests.support.four_apps import four_apps


class EmptyHands(Hands):
    """Whoever gets ready without asking any page or database."""

    def __init__(self) -> None:
        super().__init__(None, "", "", lambda service, query: [(1,)])  # type: ignore[arg-type]

    def form(self, page: str, action: str, **typed: str | list[str]) -> Sending:
        return Sending("POST", action, {})

    def a_draft(self) -> str:
        return str(uuid4())


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By service, what its systems' door says of itself."""
    found = {}
    for app in four_apps(tmp_path_factory.mktemp("installation") / "keys"):
        [describe] = [each for each in app.view_functions if each.endswith("_api.describe")]
        with app.test_request_context():
            found[describe.partition("_")[0]] = json.loads(app.view_functions[describe]().get_data())
    return found


def refused(change: Change, body: object, description: dict[str, Any]) -> list[str]:
    """What the door would say is wrong with a body, by its description."""
    method, _, path = change.name.partition(" ")
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path.removeprefix(f"/api/{change.service}/v1"))
    asked = description["paths"][path][method.lower()].get("requestBody")
    if asked is None:
        return [] if body is None else ["a body where none is asked for"]
    schema = {**asked["content"]["application/json"]["schema"], "components": description["components"]}
    return [each.message for each in Draft202012Validator(schema).iter_errors(body)]


BY_SYSTEMS = [each for each in CHANGES if "/api/" in each.name]


@pytest.mark.parametrize("change", BY_SYSTEMS, ids=lambda each: each.name)
def test_what_a_system_sends_is_what_its_door_takes(change: Change, described: dict[str, dict[str, Any]]) -> None:
    """Every member that is required, and none that is unknown."""
    sent = json.loads(json.dumps(change.ready(EmptyHands(), str(uuid4())).more["json"]))
    assert refused(change, sent, described[change.service]) == []


def test_what_a_door_would_refuse_is_found(described: dict[str, dict[str, Any]]) -> None:
    """The body that was once measured, and answered with 422."""
    [change] = [each for each in CHANGES if each.name.startswith("PUT /api/directory/v1/units/")]
    assert refused(change, {"function_address": "anhorigstod@example.se"}, described["directory"])


def test_no_door_is_left_with_what_another_has_used_up() -> None:
    """Of each query that two doors share and that empties, more is sent."""
    ending = ("/reject", "/cancel", "/accept")
    emptied = {each.things for each in CHANGES if each.service == "referral" and each.name.endswith(ending)}
    assert emptied == TO_BE_SENT
