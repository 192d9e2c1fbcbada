"""Whoever may not is told so, and noted, before anything else about their request is looked at: every door, every role.

Nobody's request is well formed here: no form token, no If-Match, a query and a body that are none. A door that looks at
one of those first would tell somebody in the wrong role about it, and note nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.kernel.refusals import Refusal
from shared.storage.staff import Assignment, Unit
from shared.web.refusal_records import record_with
from shared.web.session.tokens import issue_demo_token
from tests.architecture.test_every_door_is_decided import Door, _address, _doors_of
from tests.support.four_apps import four_apps
from tests.support.sessions import sign_in_as

HERE = "http://localhost:8000"
WHO = UserRef("https://issuer.example.org", "somebody")
BY_TOKEN = {"Content-Type": "application/json"}


HELD = {
    role: Assignment(AssignmentId(UUID(int=number)), UnitId(UUID(int=99)), "Here", role)
    for number, role in enumerate(Role, start=1)
}


class OneOfEach:
    """Staff in memory: one user with an assignment in every role."""

    def assignments_of(self, user: UserRef, at: object) -> list[Assignment]:
        """All of them, whoever asks."""
        return list(HELD.values())

    def session_ended(self, session_id: UUID) -> bool:
        """None was."""
        return False

    def unit(self, unit_id: UUID) -> Unit | None:
        """None is known."""
        return None


@dataclass
class Walk:
    """The apps, and what they would have recorded."""

    doors: list[Door]
    recorded: list[str]
    keys: Path

    def ask(self, door: Door, role: Role) -> int:
        """The status of a request that is wrong in every way, by somebody in a role."""
        assignment = HELD[role].id
        client = door.app.test_client()
        parts = door.app.extensions["lotsa"]
        headers = {}
        if door.rule.rule.startswith("/api/"):
            token = issue_demo_token(self.keys / "token-private.json", parts.settings, WHO, assignment)
            headers = {**BY_TOKEN, "Authorization": f"Bearer {token}"}
        else:
            sign_in_as(client, WHO, parts.clock.now(), assignment_id=assignment)
        return client.open(
            _address(door) + "?limit=none&cursor=x",
            method=door.method,
            base_url=HERE,
            headers=headers,
            data=b"{not json",
        ).status_code


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every door that is for some roles only."""
    keys = tmp_path_factory.mktemp("installation") / "keys"
    recorded: list[str] = []
    apps = four_apps(keys)
    for app in apps:
        app.extensions["lotsa"] = replace(app.extensions["lotsa"], staff=OneOfEach())
        record_with(app, lambda refusal: recorded.append(refusal.slug))
    return Walk([door for app in apps for door in _doors_of(app) if door.roles], recorded, keys)


def _refused(walk: Walk) -> Iterator[tuple[Door, Role]]:
    for door in walk.doors:
        assert door.roles
        yield from ((door, role) for role in Role if role.value not in door.roles)


def test_a_role_that_may_not_is_told_so_whatever_it_sends(walk: Walk) -> None:
    """403 at every door for every other role, each leaving a record: nothing about token, version, query or body."""
    tried = 0
    for door, role in _refused(walk):
        walk.recorded.clear()
        assert walk.ask(door, role) == 403, f"{door.name} as {role}"
        assert walk.recorded == ["role-not-allowed"], f"{door.name} as {role}"
        tried += 1
    assert tried > 250


def test_a_form_without_its_token_is_recorded_of_whoever_may(walk: Walk) -> None:
    """Whoever may, and sends no token, is refused for that, and it is recorded too."""
    tried = 0
    for door in walk.doors:
        if door.method == "POST" and not door.rule.rule.startswith("/api/"):
            assert door.roles
            walk.recorded.clear()
            assert walk.ask(door, Role(door.roles[0])) == 400, door.name
            assert walk.recorded == ["form-expired"], door.name
            tried += 1
    assert tried > 15


def test_every_refusal_is_counted(walk: Walk) -> None:
    """By slug alone, a stranger's too."""
    app: Flask = walk.doors[0].app
    registry = app.extensions["lotsa_metrics"]

    def counted(slug: str) -> float:
        return registry.get_sample_value("lotsa_web_refusals_total", {"slug": slug}) or 0

    before = counted("sign-in-needed")
    door = next(each for each in walk.doors if each.app is app and each.rule.rule.startswith("/api/"))
    app.test_client().open(_address(door), method=door.method, base_url=HERE)
    assert counted("sign-in-needed") == before + 1


def test_the_walk_can_fail(walk: Walk) -> None:
    """A door that looks at something else first would be found."""

    def broken() -> str:
        raise NotYetAsked

    class NotYetAsked(Refusal):
        slug, title, status = "not-yet-asked", "This cannot be done.", 422

    door = next(each for each in walk.doors if each.method == "GET" and not each.rule.rule.startswith("/api/"))
    before = door.app.view_functions[door.rule.endpoint]
    door.app.view_functions[door.rule.endpoint] = broken
    try:
        assert walk.ask(door, next(role for role in Role if role.value not in (door.roles or ()))) == 422
    finally:
        door.app.view_functions[door.rule.endpoint] = before
