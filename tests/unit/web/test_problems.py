"""Every no and every breakdown: one voice, two shapes, nothing personal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from shared.kernel.refusals import Refusal
from shared.web import health, refusal_records
from shared.web.session.tokens import issue_demo_token
from tests.support.web_gallery import ALVA
from tests.support.written_log import written_log
from tests.unit.web.conftest import World, csrf_in

SignIn = Callable[[str], None]


@pytest.fixture
def bearer(world: World) -> dict[str, str]:
    """Alva's system."""
    made = issue_demo_token(world.key_file, world.settings, ALVA, world.alvas.id)
    return {"Authorization": f"Bearer {made}"}


def test_a_refusal_is_a_problem_for_systems(client: FlaskClient, bearer: dict[str, str]) -> None:
    """RFC 9457: slug in the type, Swedish title, and the status in the body too."""
    boat = "/api/directory/v1/boats/0190b2a0-0000-7000-8000-000000000000"
    answer = client.delete(boat, headers={**bearer, "If-Match": '"8"'})
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "urn:lotsa:problem:too-late",
        "title": "Det går inte i det här läget.",
        "status": 409,
    }


def test_a_refusal_is_a_page_for_people(client: FlaskClient) -> None:
    """The same no, as a page in Swedish with the layout."""
    answer = client.get("/directory/late")
    assert answer.status_code == 409
    assert ">Det går inte i det här läget</h1>" in answer.text, "a heading has no full stop"
    assert "läget." not in answer.text
    assert 'lang="sv"' in answer.text


def test_wrong_fields_are_pointed_at(client: FlaskClient, bearer: dict[str, str]) -> None:
    """422 with a JSON pointer and a Swedish sentence for each; unknown fields are refused."""
    answer = client.post("/api/directory/v1/boats", json={"name": "", "length": "long", "sail": 1}, headers=bearer)
    assert answer.status_code == 422
    assert answer.json is not None
    assert {each["pointer"]: each["detail"] for each in answer.json["errors"]} == {
        "#/name": "Skriv mellan 1 och 10 tecken.",
        "#/length": "Skriv det här som ett tal.",
        "#/sail": "Fältet hör inte till formuläret.",
    }


@pytest.mark.holds("reference-in-the-log")
@pytest.mark.parametrize("path", ["/directory/broken", "/api/directory/broken"])
def test_a_breakdown_tells_a_number_and_nothing_else(client: FlaskClient, world: World, path: str) -> None:
    """The page and the log that operators read carry the same reference; the exception's message is in neither.

    The log says when, what kind of fault, and where in the code.
    """
    world.app.add_url_rule("/api/directory/broken", view_func=world.app.view_functions["boats.broken"])
    with written_log() as log:
        answer = client.get(path)
    assert answer.status_code == 500
    (line,) = [each for each in log.lines if "reference" in each]
    assert line["reference"] in answer.text
    assert (line["error"], line["process"], line["timestamp"][:2]) == ("RuntimeError", "test", "20")
    assert line["at"].startswith("unit/web/conftest.py:")
    assert "Gustafsson" not in answer.text + log.text


def test_a_database_that_is_away_while_a_refusal_is_recorded_is_out_of_order_and_no_riddle(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    """Trying again helps, so it is said, and when."""

    def away(_refusal: Refusal) -> None:
        raise OperationalError("insert", {}, ConnectionError())

    refusal_records.record_with(world.app, away)
    sign_in("alva")
    with written_log() as log:
        answer = client.get("/directory/boats")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert [line["error"] for line in log.lines] == ["OperationalError"]
    assert "insert" not in log.text


def test_a_check_that_fails_says_why_in_the_log() -> None:
    """Which check, what kind of fault and where; its words may hold an address with a password."""

    def away() -> bool:
        raise ConnectionError("the password is secret")

    app = Flask("boats")
    app.register_blueprint(health.blueprint("boats", {"database": away, "queue": lambda: False}))
    with written_log() as log:
        answer = app.test_client().get("/boats/health/ready")
    assert answer.status_code == 503
    told = {line["check"]: line for line in log.lines}
    assert set(told) == {"database", "queue"}
    assert told["database"]["error"] == "ConnectionError"
    assert told["database"]["at"].startswith("unit/web/test_problems.py:")
    assert "secret" not in log.text


def test_even_a_broken_frame_has_a_page(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    """When the header's own look-up fails, a plain page is left, not a traceback."""
    sign_in("alva")

    def gone(*_: object) -> bool:
        raise RuntimeError("the database is away; Gun Gustafsson")

    world.staff.session_ended = gone  # type: ignore[method-assign]
    answer = client.get("/directory/boats")
    assert answer.status_code == 500
    assert "Något gick fel hos oss." in answer.text
    assert "Gustafsson" not in answer.text


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("cursor=made-up", "/directory/fleet"),
        ("q=b%C3%A5t+%26&cursor=x&form=a&form=b", "/directory/fleet?q=b%C3%A5t%20%26&amp;form=a&amp;form=b"),
    ],
)
def test_a_broken_marker_leads_to_the_first_page(client: FlaskClient, asked: str, first: str) -> None:
    """Not a mistake in a form: a link that does not work, and one that does, with all that was chosen."""
    answer = client.get(f"/directory/fleet?{asked}")
    assert answer.status_code == 422
    assert ">Länken till nästa sida fungerar inte</h1>" in answer.text
    assert "Sidmarkören" not in answer.text
    [link] = re.findall(r'href="(/directory/fleet[^"]*)"(?! lang=)', answer.text)
    assert link.replace("+", "%20") == first


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/directory/login", 405), ("GET", "/api/directory/v1/nowhere", 404)],
)
def test_unknown_doors_are_answered_in_the_same_voice(client: FlaskClient, method: str, path: str, status: int) -> None:
    """404 and 405 as page or problem."""
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == ("application/problem+json" if path.startswith("/api/") else "text/html")


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    """The Allow header is kept (RFC 9110, 15.5.6)."""
    answer = client.patch("/api/directory/v1/boats")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_what_is_too_large_is_refused(client: FlaskClient, bearer: dict[str, str]) -> None:
    """More than a megabyte is 413."""
    body = b'{"name": "' + b"x" * 1_000_001 + b'"}'
    answer = client.post("/api/directory/v1/boats", data=body, content_type="application/json", headers=bearer)
    assert answer.status_code == 413


@pytest.mark.holds("without-its-token-nothing-is-saved")
def test_a_form_without_its_token_changes_nothing(client: FlaskClient, sign_in: SignIn, world: World) -> None:
    """400, a page that says so, and the view has not run."""
    sign_in("alva")
    answer = client.post("/directory/boats", data={"name": "Vega"})
    assert answer.status_code == 400
    assert "Inget sparades" in answer.text
    assert "form" not in world.seen


@pytest.mark.parametrize("path", ["/directory/login", "/nowhere", "/directory/broken", "/api/directory/v1/boats"])
def test_every_answer_tells_the_browser_to_be_careful(client: FlaskClient, path: str) -> None:
    """Own sources only, no inline script or style, no frames, no referrer, nothing kept."""
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_style_sheets_may_be_kept(client: FlaskClient) -> None:
    """Static files are versioned by their address."""
    with client.get("/static/lotsa.css?v=1") as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.holds("the-demo-refuses-the-world")
def test_the_demo_answers_this_machine_only(client: FlaskClient) -> None:
    """A foreign Host, or any sign of a proxy, is refused."""
    assert client.get("/directory/login", headers={"Host": "lotsa.example.se"}).status_code == 400
    assert client.get("/directory/login", headers={"Host": "127.0.0.1.example.se:80"}).status_code == 400
    for name in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Anything", "Via", "X-Real-IP"):
        assert client.get("/directory/login", headers={name: "10.0.0.1"}).status_code == 400, name
    for origin in ("https://lotsa.example.se", "http://127.0.0.1.example.se", "http://127.0.0.1@example.se"):
        assert client.get("/directory/login", headers={"Origin": origin}).status_code == 400, origin
    for origin in ("null", "http://127.0.0.1:8000", "http://localhost"):
        assert client.get("/directory/login", headers={"Origin": origin}).status_code == 200, origin
    old = client.get("/directory/login", environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert old.status_code == 400, "a proxy that gives nothing else away"
    assert client.get("/directory/login", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/directory/login", headers={"Host": "localhost:8000"}).status_code == 200


def test_health_and_metrics_name_no_one(client: FlaskClient, world: World) -> None:
    """Live, ready, and counts by route pattern; a failing check says only its name."""
    assert client.get("/directory/health/live").status_code == 200
    assert client.get("/directory/health/ready").json == {"status": "ok", "checks": {"always": "ok"}}
    client.get("/directory/boats/secret-name")
    metrics = client.get("/directory/metrics").text
    assert 'route="/directory/health/live"' in metrics
    assert "secret-name" not in metrics


def test_every_refusal_of_the_kernel_has_a_swedish_title(world: World) -> None:
    """Titles are catalogue keys; none comes out in English."""
    from flask_babel import gettext

    def below(kind: type[Refusal]) -> list[type[Refusal]]:
        return [kind, *(each for sub in kind.__subclasses__() for each in below(sub))]

    ours = [kind for kind in below(Refusal) if kind.__module__.startswith(("shared.kernel", "shared.web"))]
    assert len(ours) > 12
    with world.app.test_request_context():
        assert [kind.__name__ for kind in ours if gettext(kind.title) == kind.title] == []


def test_a_form_sent_after_the_session_says_so_and_leads_back(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    """Half an hour without a click: nothing is said of forms or tokens, and signing in leads to the form's page."""
    sign_in("alva")
    token = csrf_in(client.get("/directory/assignment").text)
    world.clock.advance(timedelta(minutes=31))
    answer = client.post("/directory/boats", data={"csrf_token": token, "name": "Frida"})
    assert answer.status_code == 403
    assert ">Du är inte inloggad längre</h1>" in answer.text
    assert 'href="/directory/login?next=/directory/boats"' in answer.text
    assert ">Frida</p>" in answer.text, "it can be kept nowhere, so it is shown, to be copied"
    assert "form" not in world.seen


def test_a_form_without_a_page_of_its_own_leads_to_the_sign_in_alone(client: FlaskClient) -> None:
    """An address that only takes forms cannot be come back to."""
    answer = client.post("/directory/login/demo", data={})
    assert answer.status_code == 400
    assert 'href="/directory/login"' in answer.text
    assert "next=" not in answer.text


def test_an_unknown_address_speaks_of_assignments_to_staff_alone(client: FlaskClient, sign_in: SignIn) -> None:
    """A reader from outside has no assignment to change; somebody at work may need another one."""
    outside = client.get("/directory/nothing-here")
    assert outside.status_code == 404
    assert "uppdrag" not in outside.text
    sign_in("alva")
    inside = client.get("/directory/nothing-here").text
    assert 'href="/directory/assignment"' in inside.split("<main")[1]
