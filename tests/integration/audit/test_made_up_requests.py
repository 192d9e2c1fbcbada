"""Schemathesis asks the API whatever its description allows, and some things that it does not. Capped in examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import BaseSchema, Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from services.audit.web import NAME, create_app
from shared.contracts.directory import AssignmentGranted, UnitChanged
from shared.kernel.actor import UserRef
from shared.storage import staff
from shared.web.tokens import issue_demo_token
from tests.integration.audit import support
from tests.integration.audit.support import NOW, World, looked, sent

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]


@pytest.fixture
def api(world: World) -> Iterator[tuple[BaseSchema, dict[str, str]]]:
    """The description, loaded from the running application, and an auditor's token to ask with."""
    unit, assignment = uuid4(), uuid4()
    issuer = world.settings.token_issuer
    with world.parts.as_service() as uow:
        for event in (
            UnitChanged(unit_id=unit, version=1, organization_id=uuid4(), name="Loggkontrollen", kind="audit",
                        area="0180", occurred_at=NOW),
            AssignmentGranted(assignment_id=assignment, issuer=issuer, subject="ester", unit_id=unit, role="auditor",
                              valid_from=datetime(2025, 1, 1, tzinfo=UTC)),
        ):  # fmt: skip
            staff.remember(uow.connection, event)
        uow.commit()
    referral, consent = uuid4(), UUID("00000000-0000-4000-8000-000000000001")
    world.hear(support.given(consent, referral), sent(referral, [consent]), looked(referral, [consent]))
    world.sequencer.integrate()
    file = world.settings.audit_signing_key_file
    assert file is not None
    key = file.parent / "token-private.json"
    token = issue_demo_token(key, world.settings, UserRef(issuer, "ester"), assignment)
    app = create_app(world.settings)
    yield schemathesis.openapi.from_wsgi("/api/audit/openapi.json", app), {"Authorization": f"Bearer {token}"}
    app.extensions[NAME].engine.dispose()


def test_every_answer_is_as_described(api: tuple[BaseSchema, dict[str, str]]) -> None:
    """Of every operation: statuses, content types and bodies; what the description forbids is refused."""
    schema, headers = api
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 8
    for operation in operations:
        for mode in GenerationMode:
            _ask(operation, mode, headers)


def _ask(operation: APIOperation, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # nothing about this operation can be got wrong: it takes no parameters
        assert mode is GenerationMode.NEGATIVE
