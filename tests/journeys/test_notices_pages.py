"""Notifications' pages in a real browser: for everyone, and at any width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask import redirect
from werkzeug.wrappers import Response

from operations.install.installation import Installation
from services.notifications.web import create_app
from services.notifications.web.page import EXTENSION
from shared.web.session.session_cookie import COOKIE
from shared.web.session.state import begun
from tests.integration.notifications.conftest import Room, notifications_database, room
from tests.journeys.conftest import Visit
from tests.support import cast
from tests.support.browser import axe_clean, fits
from tests.support.builders.events import assignment_granted
from tests.support.cast import NOON
from tests.support.serving import serving
from tests.support.sessions import session_of

__all__ = ["notifications_database", "room"]

BO = cast.BO.user


@pytest.fixture
def site(notifications_database: Installation, room: Room) -> Iterator[str]:
    """The pages behind a port, with notices in every state, and a way to be Bo."""
    journey = room.a_journey(receiving=room.a_unit(address="anhorigkonsulent.sodermalm@example.se"))
    assignment_id = uuid4()
    granted = assignment_granted(cast.BO, assignment_id=assignment_id, unit_id=journey.receiving, valid_from=NOON)
    room.hear(granted)
    room.hear(journey.sent())
    room.hear(room.a_journey(receiving=journey.receiving).sent(), history=True)
    room.service.deliver()
    room.hear(room.a_journey(receiving=journey.receiving).cancelled())
    app = create_app(replace(notifications_database.settings(), mode="demo"))

    @app.get("/test/be-bo")
    def be_bo() -> Response:
        answer = redirect("/notifications/")
        state = begun(BO, "Bo", datetime.now(UTC), assignment_id=assignment_id)
        answer.set_cookie(COOKIE, session_of(notifications_database.settings(), state))
        return answer

    with serving(app) as url:
        yield url
    app.extensions[EXTENSION].engine.dispose()


@pytest.mark.parametrize("path", ["/notifications/", "/notifications/inbox"])
def test_the_pages_are_for_everyone(visit_site: Visit, path: str) -> None:
    """axe finds nothing, nothing is too wide at 320 px, and no script is needed."""
    page = visit_site()
    page.goto("/test/be-bo")
    page.goto(path)
    assert "En ny lotsning väntar" in page.inner_text("main")
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    axe_clean(page)
    fits(page)
    page = visit_site(javascript=False)
    page.goto("/test/be-bo")
    page.goto(path)
    assert "En ny lotsning väntar" in page.inner_text("main")
