"""Schemathesis asks the API whatever its description allows, and some things that it does not. Capped in examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import schemathesis
from flask import Flask
from schemathesis import GenerationMode

from services.audit.web import create_app
from services.audit.web.page import EXTENSION
from shared.kernel.actor import UserRef
from shared.storage import staff_events
from shared.web.session.tokens import issue_demo_token
from tests.integration.audit import support
from tests.integration.audit.support import NOW, World, looked, sent
from tests.support.builders.events import assignment_granted, unit_changed
from tests.support.fuzzing import MODES, ask_everything


@pytest.fixture
def api(world: World) -> Iterator[tuple[Flask, str]]:
    """The running application, and an auditor's token to ask with."""
    unit, assignment = uuid4(), uuid4()
    issuer = world.settings.token_issuer
    with world.parts.as_service() as uow:
        for event in (
            unit_changed(unit, name="Loggkontrollen", kind="audit", area="0180", occurred_at=NOW),
            assignment_granted(
                assignment_id=assignment,
                issuer=issuer,
                subject="ester",
                unit_id=unit,
                role="auditor",
                valid_from=datetime(2025, 1, 1, tzinfo=UTC),
            ),
        ):
            staff_events.remember(uow.connection, event)
        uow.commit()
    referral, consent = uuid4(), UUID("00000000-0000-4000-8000-000000000001")
    world.hear(support.given(consent, referral), sent(referral, [consent]), looked(referral, [consent]))
    world.sequencer.run()
    file = world.settings.audit_signing_key_file
    assert file is not None
    key = file.parent / "token-private.json"
    token = issue_demo_token(key, world.settings, UserRef(issuer, "ester"), assignment)
    app = create_app(world.settings)
    yield app, token
    app.extensions[EXTENSION].engine.dispose()


@pytest.mark.parametrize("mode", MODES, ids=["right", "wrong"])
def test_every_answer_is_as_described(api: tuple[Flask, str], mode: GenerationMode) -> None:
    """Of every operation: statuses, content types and bodies; what the description forbids is refused."""
    app, token = api
    assert ask_everything("audit", app, token, mode) == 10


def test_nobody_is_let_in_without_a_token(api: tuple[Flask, str]) -> None:
    """Every operation answers 401 to no token and to one that is not ours, whatever else is asked."""
    app, _ = api
    client = app.test_client()
    for found in schemathesis.openapi.from_wsgi("/api/audit/openapi.json", app).get_all_operations():
        operation = found.ok()
        path = re.sub(r"{[a-z_]+}", str(uuid4()), operation.full_path.replace("{index}", "0"))
        for pretended in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
            answer = client.open(path, method=operation.method.upper(), headers=pretended)
            assert answer.status_code == 401, (operation.label, pretended)
