"""Schemathesis asks whatever the description allows, and much that it does not; nothing breaks or answers otherwise."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from shared.web.tokens import issue_demo_token
from tests.support.directory_city import City

# what is well-formed may still be refused by a rule of the domain (no such district): that is the point
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
OPERATIONS = 18


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("name", ["dani", "alva"])
def test_the_api_keeps_its_description(city: City, name: str, mode: GenerationMode) -> None:
    """Every operation, as a partner and as a referrer: each answer is one that the description promises."""
    actor = city.actor(name)
    key_file = city.installation.folder / "keys" / "token-private.json"
    token = issue_demo_token(key_file, city.settings, actor.user, actor.assignment_id)
    described = schemathesis.openapi.from_wsgi("/api/directory/openapi.json", city.app)
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()
        asked += 1
        raw = operation.definition.raw
        if mode is GenerationMode.NEGATIVE and not raw["parameters"] and "requestBody" not in raw:
            continue  # where nothing is asked, nothing can be asked wrongly

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
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            # an If-Match that cannot match is answered 412, which Schemathesis does not count as a refusal
            expected = [check for check in CHECKS if answer.status_code != 412 or check is not REFUSES_WRONG]
            case.validate_response(answer, checks=expected)

        ask()
    assert asked == OPERATIONS


def test_what_is_not_public_answers_401_without_a_token(city: City) -> None:
    """Every operation that is not for everyone refuses no token and one that is not ours."""
    described = schemathesis.openapi.from_wsgi("/api/directory/openapi.json", city.app)
    closed = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("security") == []:
            continue
        path = operation.full_path.replace("{municipality_code}", "0180")
        for name in ("organization_id", "service_id", "activity_id", "assignment_id"):
            path = path.replace("{" + name + "}", "00000000-0000-7000-8000-000000000000")
        for pretended in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
            answer = city.client().open(path, method=operation.method.upper(), json={}, headers=pretended)
            assert answer.status_code == 401, (operation.label, pretended)
        closed += 1
    assert closed == 10
