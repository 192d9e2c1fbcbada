"""What staff see of their unit's notices, what systems read, and the demonstration's inbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from sqlalchemy import text

from operations.install.installation import Installation
from services.notifications.web import create_app
from services.notifications.web.page import EXTENSION
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.web.session.tokens import issue_demo_token
from tests.integration.notifications.conftest import Room
from tests.support.builders.events import assignment_granted
from tests.support.cast import BO, NOON
from tests.support.fuzzing import MODES, ask_everything
from tests.support.sessions import sign_in_as

USER = BO.user


@pytest.fixture
def make(notifications_database: Installation, room: Room) -> Iterator[Callable[[str], Flask]]:
    """Makes the web application in a mode."""
    made = []

    def create(mode: str) -> Flask:
        app = create_app(replace(notifications_database.settings(), mode=mode))
        made.append(app)
        return app

    yield create
    for app in made:
        app.extensions[EXTENSION].engine.dispose()


def granted(room: Room, unit_id: UUID, user: UserRef = USER, role: str = "adviser") -> UUID:
    assignment_id = uuid4()
    somebody = Actor(user, AssignmentId(assignment_id), UnitId(unit_id), Role(role))
    event = assignment_granted(somebody, valid_from=NOON)
    room.hear(event)
    return assignment_id


def signed_in(app: Flask, assignment_id: UUID) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, USER, datetime.now(UTC), name="Bo", assignment_id=assignment_id)
    return client


def bearer(installation: Installation, user: UserRef, assignment_id: UUID) -> dict[str, str]:
    settings = installation.settings()
    key = installation.folder / "keys" / "token-private.json"
    return {"Authorization": f"Bearer {issue_demo_token(key, settings, user, assignment_id)}"}


@pytest.mark.holds("notices-name-nobody")
def test_a_unit_sees_its_own_notices_with_their_state(room: Room, make: Callable[[str], Flask]) -> None:
    """In words, with a link behind a login; never whom it is about, and nothing of other units."""
    journey, other = room.a_journey(), room.a_journey()
    room.hear(journey.sent())
    room.hear(other.sent())
    page = signed_in(make("test"), granted(room, journey.receiving)).get("/notifications/")
    assert page.status_code == 200
    assert "En ny lotsning väntar" in page.text
    assert "Väntar på att skickas" in page.text
    assert f"/referral/referrals/{journey.referral_id}" in page.text
    assert str(other.referral_id) not in page.text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "Er enhet saknar funktionsadress"),
        ("x@[b.se", "Det gick inte att skriva något mejl till funktionsadressen. Be kommunens administratör"),
    ],
)
def test_why_a_notice_was_not_sent_is_said_in_words(
    room: Room, make: Callable[[str], Flask], address: str | None, said: str
) -> None:
    """A unit without a function address, or with one that nobody can write to, learns what to do about it."""
    journey = room.a_journey(receiving=room.a_unit(address=address))
    room.hear(journey.sent())
    room.service.deliver()
    page = signed_in(make("test"), granted(room, journey.receiving)).get("/notifications/")
    assert said in page.text


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("answer", ["no", "not heard yet"])
def test_what_the_carer_keeps_from_the_referrer_leaves_no_line(
    room: Room, make: Callable[[str], Flask], notifications_database: Installation, answer: str, history: bool
) -> None:
    """Not on the page, not by API, not to a forgotten condition; a line that says "not to be told" would tell."""
    journey = room.a_journey()
    if answer == "no":
        room.hear(journey.consented())
    room.hear(journey.opened(), history=history)
    room.hear(journey.accepted(), history=history)
    system = UserRef(notifications_database.settings().token_issuer, "journal-system")
    alvas = granted(room, journey.referring, role="referrer")
    headers = bearer(notifications_database, system, granted(room, journey.referring, system, role="referrer"))
    app = make("test")
    page = signed_in(app, alvas).get("/notifications/")
    assert page.status_code == 200
    assert str(journey.referral_id) not in page.text
    assert app.test_client().get("/api/notifications/v1/notices", headers=headers).json["items"] == []
    alva = Actor(USER, AssignmentId(alvas), UnitId(journey.referring), Role.REFERRER)
    with room.parts.as_unit(alva) as uow:
        assert uow.connection.execute(text("SELECT count(*) FROM notices")).scalar() == 0
    assert len(room.notices(journey.referring)) == 2
    room.hear(journey.completed())
    assert str(journey.referral_id) in signed_in(make("test"), alvas).get("/notifications/").text


def test_nobody_signed_in_is_sent_to_sign_in(make: Callable[[str], Flask]) -> None:
    """The page is for staff."""
    answer = make("test").test_client().get("/notifications/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/directory/login?next=/notifications/")


def test_pages_follow_one_another_without_gaps(room: Room, make: Callable[[str], Flask]) -> None:
    """More notices than fit on one page."""
    receiving = room.a_unit()
    sent = [room.a_journey(receiving=receiving) for _ in range(60)]
    for journey in sent:
        room.hear(journey.sent())
    client = signed_in(make("test"), granted(room, receiving))
    first = client.get("/notifications/")
    [cursor] = re.findall(r'href="/notifications/\?cursor=([^"]+)"', first.text)
    second = client.get(f"/notifications/?cursor={cursor}")
    shown = first.text + second.text
    assert all(shown.count(str(journey.referral_id)) == 1 for journey in sent)


def test_the_demonstrations_inbox_shows_the_exact_letter(room: Room, make: Callable[[str], Flask]) -> None:
    """Subject, words, address and every header."""
    journey = room.a_journey(receiving=room.a_unit(address="anhorigstod@example.se"))
    room.hear(journey.sent())
    room.service.deliver()
    page = make("demo").test_client().get("/notifications/inbox", base_url="http://127.0.0.1:8000")
    assert page.status_code == 200
    assert "En ny lotsning väntar på er" in page.text
    assert "anhorigstod@example.se" in page.text
    assert f'<a class="ds-link" href="http://127.0.0.1:8000/referral/referrals/{journey.referral_id}">' in page.text
    for header in ("Message-ID", "Auto-Submitted", "Date", "From"):
        assert f"<dt>{header}</dt>" in page.text


def test_outside_the_demonstration_there_is_no_inbox(room: Room, make: Callable[[str], Flask]) -> None:
    """Nor is it said that there might be one."""
    client = signed_in(make("test"), granted(room, room.a_unit()))
    assert client.get("/notifications/inbox").status_code == 404


def test_a_system_reads_its_units_notices_page_by_page(
    room: Room, make: Callable[[str], Flask], notifications_database: Installation
) -> None:
    """With a bearer token bound to the unit; nothing twice, nothing left out."""
    settings = notifications_database.settings()
    system = UserRef(settings.token_issuer, "journal-system")
    journeys = [room.a_journey(receiving=room.a_unit())]
    receiving = journeys[0].receiving
    journeys += [room.a_journey(receiving=receiving) for _ in range(4)]
    for journey in journeys:
        room.hear(journey.sent())
    room.hear(room.a_journey().sent())
    client = make("test").test_client()
    headers = bearer(notifications_database, system, granted(room, receiving, system))
    seen, cursor = [], ""
    for _ in range(3):
        answer = client.get(f"/api/notifications/v1/notices?limit=2{cursor}", headers=headers)
        assert answer.status_code == 200
        seen += answer.json["items"]
        cursor = f"&cursor={answer.json['next_cursor']}"
    assert answer.json["next_cursor"] is None
    assert [item["link"] for item in seen] == [f"/referral/referrals/{each.referral_id}" for each in reversed(journeys)]
    assert set(seen[0]) == {
        "id", "template", "link", "channel", "status", "reason", "attempts", "queued_at", "settled_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=many", "cursor=made-up", "unit=other", "limit=1&limit=2"]
)
def test_a_question_that_cannot_be_meant_is_a_problem(
    room: Room, make: Callable[[str], Flask], notifications_database: Installation, query: str
) -> None:
    """As problem+json, naming the field."""
    user = UserRef(notifications_database.settings().token_issuer, "journal-system")
    headers = bearer(notifications_database, user, granted(room, room.a_unit(), user))
    answer = make("test").test_client().get(f"/api/notifications/v1/notices?{query}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["errors"]


def test_the_api_asks_for_a_token(make: Callable[[str], Flask]) -> None:
    """A cookie is not one."""
    assert make("test").test_client().get("/api/notifications/v1/notices").status_code == 401


def test_the_description_is_valid_openapi(make: Callable[[str], Flask]) -> None:
    """3.1, as a validator reads it."""
    OpenAPIV31SpecValidator(make("test").test_client().get("/api/notifications/openapi.json").json).validate()


@pytest.mark.parametrize("mode", MODES, ids=["right", "wrong"])
def test_the_api_keeps_its_description(
    room: Room, make: Callable[[str], Flask], notifications_database: Installation, mode: GenerationMode
) -> None:
    """Schemathesis asks every operation, as Bo: each answer is one that the description promises."""
    journey = room.a_journey()
    user = UserRef(notifications_database.settings().token_issuer, "bo")
    headers = bearer(notifications_database, user, granted(room, journey.receiving, user))
    room.hear(journey.sent())
    assert ask_everything("notifications", make("test"), headers["Authorization"].removeprefix("Bearer "), mode) == 1
