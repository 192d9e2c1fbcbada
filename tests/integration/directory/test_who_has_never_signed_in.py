"""An assignment for an id that nobody has: said before it is given, seen in the lists, and told to systems."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.directory.commands.record_sign_in import RecordSignIn, record_sign_in
from services.directory.web.units import overview as pages_admin
from services.directory.web.units import pages as pages_admin_units
from shared.kernel.actor import UserRef
from tests.support.cast import DEMO_ISSUER, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City, sign_in, token_in

UNIT_PAGE = f"/directory/admin/units/{UNIT['advice-bromma']}"
QUESTION = "Ingen med det här id:t har loggat in här."


@pytest.fixture
def hanna(city: City) -> FlaskClient:
    """The administrator's browser."""
    return city.signed_in("hanna")


def give(hanna: FlaskClient, subject: str, **more: str) -> str:
    """Send the form as it is shown, and follow where it leads; the page."""
    page = hanna.get(f"{UNIT_PAGE}/assignments/new").text
    [id_] = re.findall(r'name="id" value="([^"]+)"', page)
    form = {"csrf_token": token_in(page), "id": id_, "subject": subject, "role": "adviser", "last_day": "", **more}
    return hanna.post(f"{UNIT_PAGE}/assignments/new", data=form, follow_redirects=True).text


def held(city: City, subject: str) -> int:
    """How many assignments an id has."""
    return len(city.parts.staff.assignments_of(UserRef(DEMO_ISSUER, subject), datetime.now(UTC)))


def came(city: City) -> str:
    """Somebody of no consequence to the other tests who has signed in, twice; their id."""
    subject = f"kommit-{uuid4().hex[:8]}"
    with city.parts.work() as work:
        for _ in range(2):
            record_sign_in(
                RecordSignIn(session_id=uuid4(), user=UserRef(DEMO_ISSUER, subject), expires_at=work.clock.now()), work
            )
        work.commit()
    return subject


def row(page: str, subject: str) -> str:
    """Where a list names an id."""
    return next(each for each in page.split("<tr") if re.search(rf"{subject}[ <-]", each))


def test_an_id_that_nobody_has_is_asked_about_first(city: City, hanna: FlaskClient) -> None:
    """Nothing is given, told or recorded until it is confirmed, and what was typed is still there."""
    subject = f"finns-inte-alls-{uuid4().hex[:8]}"
    told = len(city.told("assignment.granted.v1"))
    asked = give(hanna, subject)
    assert QUESTION in asked
    assert f'value="{subject}"' in asked
    assert f"Id:t {subject} stämmer" in asked
    assert (held(city, subject), len(city.told("assignment.granted.v1"))) == (0, told)
    assert QUESTION in give(hanna, subject, confirmed="another-id"), "confirmed is one id, not whatever is typed then"
    assert held(city, subject) == 0
    given = give(hanna, subject, confirmed=subject)
    assert "Uppdraget är tilldelat." in given
    assert held(city, subject) == 1
    for page in (given, hanna.get("/directory/admin?show=assignments").text):
        assert "Har aldrig loggat in" in row(page, subject)


def test_who_has_signed_in_is_not_asked_about(city: City, hanna: FlaskClient) -> None:
    """Somebody has been here: their next assignment is given at once, and no list says that they never came."""
    page = give(hanna, came(city))
    assert "Uppdraget är tilldelat." in page
    assert QUESTION not in page
    assert "Har aldrig loggat in" not in row(hanna.get(UNIT_PAGE).text, "kommit")


def test_a_system_is_told_in_the_answer(city: City) -> None:
    """By API it is given, since nobody is there to be asked; the answer says that nobody with this id has signed in."""
    for subject, never in ((f"user-{uuid4().hex}", True), (came(city), False)):
        body = {"unit_id": str(UNIT["advice-bromma"]), "subject": subject, "role": "adviser"}
        answer = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
        assert (answer.status_code, answer.json["never_signed_in"]) == (201, never)


def test_where_people_were_before_it_was_noted_only_that_is_said(
    city: City, hanna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation of 0.1: whoever has not come since the upgrade may have come before it."""
    subject = f"sedan-{uuid4().hex[:8]}"
    give(hanna, subject, confirmed=subject)
    upgraded = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    for room in (pages_admin, pages_admin_units):
        monkeypatch.setattr(room, "sign_ins_noted_since", lambda _: upgraded)
    for path in (UNIT_PAGE, "/directory/admin?show=assignments"):
        said = row(hanna.get(path).text, subject)
        assert "Har aldrig loggat in" not in said
        assert re.search(r"Ingen inloggning sedan <time[^>]*>30 november 2026", said)


def test_only_administrators_and_operators_see_who_came(city: City) -> None:
    """The database itself shows nobody else who has signed in, and nobody can take it back."""
    sign_in(city.client(), "bo")
    with city.parts.work() as work:
        assert work.connection.scalar(text("select count(*) from sign_ins")) == 0
        assert not work.sign_ins.has(UserRef(DEMO_ISSUER, "bo"))
    with city.parts.work_of(OPERATOR) as work:
        assert work.sign_ins.has(UserRef(DEMO_ISSUER, "bo"))
        rights = "select has_table_privilege(current_user, 'sign_ins', :right)"
        assert not any(work.connection.scalar(text(rights), {"right": each}) for each in ("update", "delete"))
