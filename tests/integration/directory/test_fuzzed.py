"""Schemathesis asks whatever the description allows, and much that it does not; nothing breaks or answers otherwise."""

from __future__ import annotations

import pytest
import schemathesis
from schemathesis import GenerationMode

from shared.web.session.tokens import issue_demo_token
from tests.support.directory_city import City
from tests.support.fuzzing import MODES, ask_everything

OPERATIONS = 31


@pytest.mark.parametrize("mode", MODES, ids=["right", "wrong"])
@pytest.mark.parametrize("name", ["dani", "alva", "hanna"])
def test_the_api_keeps_its_description(city: City, name: str, mode: GenerationMode) -> None:
    """Every operation, as partner, referrer and administrator: each answer is one that the description promises."""
    actor = city.actor(name)
    key_file = city.installation.folder / "keys" / "token-private.json"
    token = issue_demo_token(key_file, city.settings, actor.user, actor.assignment_id)
    assert ask_everything("directory", city.app, token, mode) == OPERATIONS


def test_what_is_not_public_answers_401_without_a_token(city: City) -> None:
    """Every operation that is not for everyone refuses no token and one that is not ours."""
    described = schemathesis.openapi.from_wsgi("/api/directory/openapi.json", city.app)
    closed = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("security") == []:
            continue
        path = operation.full_path.replace("{municipality_code}", "0180")
        for name in ("organization_id", "service_id", "activity_id", "assignment_id", "unit_id", "rule_id"):
            path = path.replace("{" + name + "}", "00000000-0000-7000-8000-000000000000")
        for pretended in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
            answer = city.client().open(path, method=operation.method.upper(), json={}, headers=pretended)
            assert answer.status_code == 401, (operation.label, pretended)
        closed += 1
    assert closed == 23
