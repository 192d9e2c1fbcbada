"""Schemathesis asks whatever an API's description allows, and much that it does not."""

from __future__ import annotations

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

# what is well-formed may still be refused by a rule of the domain (no consent, no such district): that is the point
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
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def ask_everything(service: str, app: Flask, token: str, mode: GenerationMode) -> int:
    """Ask each operation a few times; each answer must be one that the description promises. How many there are."""
    described = schemathesis.openapi.from_wsgi(f"/api/{service}/openapi.json", app)
    operations = [found.ok() for found in described.get_all_operations()]
    for operation in operations:
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
    return len(operations)
