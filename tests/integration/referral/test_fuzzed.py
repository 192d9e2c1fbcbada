"""Schemathesis asks whatever the description allows, and much that it does not; nothing breaks or answers otherwise."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.integration.referral.conftest import Cast, Room

# what is well-formed may still be refused by a rule of the domain (no consent, no such municipality): that is the point
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
REFUSES_WRONG = checks.negative_data_rejection
EXAMPLES = 8


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_the_api_keeps_its_description(room: Room, alva: Cast, mode: GenerationMode) -> None:
    """Every operation, as Alva: each answer is one that the description promises."""
    described = schemathesis.openapi.from_wsgi("/api/referral/openapi.json", room.app)
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {alva.token}"})
            # an If-Match that cannot match is answered 412, which Schemathesis does not count as a refusal
            expected = [check for check in CHECKS if answer.status_code != 412 or check is not REFUSES_WRONG]
            case.validate_response(answer, checks=expected)

        ask()
        asked += 1
    assert asked >= 14


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
