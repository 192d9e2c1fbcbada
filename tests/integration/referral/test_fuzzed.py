"""Schemathesis asks whatever the description allows, and much that it does not; nothing breaks or answers otherwise."""

from __future__ import annotations

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.integration.referral.conftest import Cast, Room
from tests.support.fuzzing import MODES, ask_everything


@pytest.mark.parametrize("mode", MODES, ids=["right", "wrong"])
def test_the_api_keeps_its_description(room: Room, alva: Cast, mode: GenerationMode) -> None:
    """Every operation, as Alva: each answer is one that the description promises."""
    assert ask_everything("referral", room.app, alva.token, mode) >= 14


def test_nobody_is_let_in_without_a_token(room: Room) -> None:
    """Every operation answers 401 to no token and to one that is not ours, whatever else is asked."""
    described = schemathesis.openapi.from_wsgi("/api/referral/openapi.json", room.app)
    client = room.app.test_client()
    for found in described.get_all_operations():
        operation = found.ok()
        path = operation.full_path.replace("{list_name}", "outcomes").replace("{", "").replace("}", "")
        for pretended in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
            for name in ("referral_id", "consent_id", "draft_id"):
                path = path.replace(name, "00000000-0000-7000-8000-000000000000")
            answer = client.open(path, method=operation.method.upper(), json={}, headers=pretended)
            assert answer.status_code == 401, (operation.label, pretended)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
