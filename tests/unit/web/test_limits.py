"""How often one caller may ask: per address, person and token, less often for what costs more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from shared.environment import SettingsAreWrong
from shared.kernel.actor import Role, UserRef
from shared.storage import rates
from shared.web import form_token
from shared.web.api.openapi import Api, Operations
from shared.web.app import make_app
from shared.web.limits import ALLOWED, SEARCHES, costs
from shared.web.sign_in.login import login_blueprint
from shared.web.who import needs
from tests.support.sessions import changed, seen_earlier, sign_in_as, state_of
from tests.support.web_gallery import ALVA, BO, RememberingHooks, StaffInMemory, settings_in

HERE = "http://localhost:8000"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment by which is counted, in seconds, to be moved."""
    moment = [1000.0]
    monkeypatch.setattr(rates.time, "monotonic_ns", lambda: int(moment[0] * 1e9))
    return moment


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Flask]:
    """An app with a page, a search, an operation and the sign-in pages, and limits as given."""

    def make(limits: str, **more: str) -> Flask:
        staff = StaffInMemory()
        for user in (ALVA, BO):
            staff.grant(user, "Vårdcentralen Ekliden", Role.REFERRER)
        settings = settings_in(tmp_path, LIMITS=limits, **more)
        pages = Blueprint("pages", __name__)
        pages.add_url_rule("/directory/page", "page", needs(Role.REFERRER)(lambda: "page"), methods=["GET", "POST"])
        pages.add_url_rule("/directory/open", "open", lambda: "open")
        pages.add_url_rule("/directory/token", "token", form_token.make)
        pages.add_url_rule("/directory/search", "search", costs(SEARCHES)(lambda: "found"))
        api = Operations()
        api.get("/things", answers={200: None}, public=True)(costs(SEARCHES)(lambda: "things"))

        login = login_blueprint(settings_in(tmp_path, MODE="demo"), RememberingHooks(), cast=list)
        return make_app(
            "directory",
            __name__,
            settings=settings,
            staff=staff,
            blueprints=[pages, Api("directory", "Tried", [api]).blueprint(), login],
        )

    return make


def enter(client: FlaskClient, user: UserRef) -> None:
    """Be signed in."""
    held = client.application.extensions["lotsa"].staff.held[user][0]
    sign_in_as(client, user, datetime.now(UTC), assignment_id=held.id)


def asked(client: FlaskClient, path: str, times: int, address: str = "192.0.2.1", **headers: str) -> list[int]:
    """The statuses of so many requests."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    statuses = []
    for _ in range(times):
        with client.get(path, base_url=HERE, environ_base={"REMOTE_ADDR": address}, headers=named) as answer:
            statuses.append(answer.status_code)
    return statuses


def test_a_stranger_is_told_when_to_come_back(made: Callable[..., Flask], clock: list[float]) -> None:
    """On a page in Swedish, by API with a problem; both say after how many seconds, and then it is so."""
    client = made("strangers=6/minute").test_client()
    assert asked(client, "/directory/open", 7) == [200] * 6 + [429]
    page = client.get("/directory/open", base_url=HERE, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert "För många" in page.text
    assert page.headers["Retry-After"] == "10"
    problem = client.get("/api/directory/v1/things", base_url=HERE, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert (problem.status_code, problem.content_type) == (429, "application/problem+json")
    assert problem.json is not None
    assert problem.json["type"] == "urn:lotsa:problem:too-often"
    assert problem.headers["Retry-After"] == "10"
    clock[0] += 10
    assert asked(client, "/directory/open", 2) == [200, 429]


def test_one_address_is_not_anothers(made: Callable[..., Flask], clock: list[float]) -> None:
    """Of IPv6 the subscriber's network is one; what a caller says of itself counts for nothing."""
    client = made("strangers=2/minute").test_client()
    assert asked(client, "/directory/open", 3) == [200, 200, 429]
    assert asked(client, "/directory/open", 1, "192.0.2.2") == [200]
    assert asked(client, "/directory/open", 1, X_Forwarded_For="198.51.100.1") == [429]
    assert asked(client, "/directory/open", 2, "2001:db8::1") == [200, 200]
    assert asked(client, "/directory/open", 1, "2001:db8::2") == [429]


def test_a_trusted_proxy_says_who_asks(made: Callable[..., Flask], clock: list[float]) -> None:
    """Then its callers are counted, each by each, and not the proxy."""
    client = made("strangers=1/minute", TRUSTED_PROXIES="10.0.0.0/8").test_client()
    for caller, statuses in (("198.51.100.1", [200, 429]), ("198.51.100.2", [200, 429])):
        assert asked(client, "/directory/open", 2, "10.0.0.1", X_Forwarded_For=caller) == statuses


def test_a_person_is_counted_wherever_they_sit(made: Callable[..., Flask], clock: list[float]) -> None:
    """Two windows and two addresses are one person; a colleague at the same address is another."""
    app = made("people=3/minute")
    alva, elsewhere, bo = app.test_client(), app.test_client(), app.test_client()
    for client, who in ((alva, ALVA), (elsewhere, ALVA), (bo, BO)):
        enter(client, who)
    assert asked(alva, "/directory/page", 2) == [200, 200]
    assert asked(elsewhere, "/directory/page", 2, "192.0.2.9") == [200, 429]
    assert asked(bo, "/directory/page", 3) == [200] * 3


@pytest.mark.parametrize("how", ["signed out", "idle", "past its twelve hours"])
def test_a_session_that_is_over_spends_nothing_of_its_owners(
    made: Callable[..., Flask], clock: list[float], how: str
) -> None:
    """A copy of its cookie is a stranger's, counted by address; its owner, signed in anew, has all that is theirs."""
    app = made("people=2/minute,strangers=3/minute")
    copy, owner = app.test_client(), app.test_client()
    enter(copy, ALVA)
    enter(owner, ALVA)
    if how == "signed out":
        app.extensions["lotsa"].staff.ended.add(state_of(copy).session_id)
    elif how == "idle":
        changed(copy, lambda state: seen_earlier(state, timedelta(minutes=31)))
    else:
        changed(copy, lambda state: replace(state, started_at=state.started_at - timedelta(hours=12)))
    assert asked(copy, "/directory/open", 4, "192.0.2.66") == [200] * 3 + [429]
    assert asked(owner, "/directory/page", 3) == [200, 200, 429]


class Tokens:
    """Reads tokens that say a person and an assignment."""

    def read(self, token: str) -> tuple[UserRef, UUID]:
        """What it says."""
        subject, _, assignment = token.partition(" ")
        return UserRef(ALVA.issuer, subject), UUID(assignment)


def test_the_token_of_an_ended_assignment_is_a_strangers(made: Callable[..., Flask], clock: list[float]) -> None:
    """However right its signature: one that holds has an allowance of its own, which a copy of another never has."""
    app = made("tokens=4/minute,strangers=2/minute")
    staff = app.extensions["lotsa"].staff
    app.extensions["lotsa"] = replace(app.extensions["lotsa"], tokens=Tokens())
    held, client = staff.held[ALVA][0], app.test_client()
    bearer = f"Bearer {ALVA.subject} {held.id}"
    assert asked(client, "/api/directory/v1/things", 3, Authorization=bearer) == [200] * 3
    del staff.held[ALVA]
    assert asked(client, "/api/directory/v1/things", 3, Authorization=bearer) == [200, 200, 429]
    assert asked(client, "/api/directory/v1/things", 1, "192.0.2.2", Authorization=bearer) == [200]


def test_what_costs_more_may_be_asked_less_often(made: Callable[..., Flask], clock: list[float]) -> None:
    """Searches end before other pages do, by page and API together."""
    client = made("strangers=10/minute,searches=2/minute").test_client()
    assert asked(client, "/directory/search", 1) == [200]
    assert asked(client, "/api/directory/v1/things", 2)[1] == 429
    assert asked(client, "/directory/open", 1) == [200]


@pytest.mark.parametrize(
    ("path", "times"), [("/directory/open", 600), ("/directory/search", 120), ("/directory/login", 120)]
)
def test_where_nothing_is_set_the_usual_allowances_hold(
    made: Callable[..., Flask], clock: list[float], path: str, times: int
) -> None:
    """A stranger's pages, searches and attempts to sign in, by the minute."""
    statuses = asked(made("").test_client(), path, times + 1)
    assert (set(statuses[:times]), statuses[times]) == ({200}, 429)


def test_attempts_to_sign_in_are_counted_by_address(made: Callable[..., Flask], clock: list[float]) -> None:
    """Beginning and coming back alike, signed in or not; other pages go on."""
    client = made("sign-ins=3/minute").test_client()
    enter(client, ALVA)
    assert asked(client, "/directory/login", 2) == [200, 200]
    assert asked(client, "/directory/login/callback?error=x", 2) == [404, 429]
    assert asked(client, "/directory/open", 1) == [200]
    assert asked(client, "/directory/login", 1, "192.0.2.2") == [200]


def test_a_wrong_token_is_a_strangers(made: Callable[..., Flask], clock: list[float]) -> None:
    """Whoever makes up tokens is counted by address, however many they make up."""
    client = made("strangers=2/minute").test_client()
    statuses = [
        asked(client, "/api/directory/v1/things", 1, Authorization=f"Bearer {uuid4().hex}")[0] for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_probes_and_style_are_not_counted(made: Callable[..., Flask], clock: list[float]) -> None:
    """A probe that is told to wait would have the process restarted."""
    client = made("strangers=1/hour").test_client()
    assert asked(client, "/directory/health/live", 5) == [200] * 5
    assert asked(client, "/directory/metrics", 5) == [200] * 5
    assert set(asked(client, "/static/session.js", 5)) == {200}


@pytest.mark.holds("too-often-does-nothing")
def test_too_many_forms_save_nothing(made: Callable[..., Flask], clock: list[float]) -> None:
    """A right form is carried out while it may be, and after that not: neither view nor token is looked at."""
    app = made("people=3/hour")
    saved: list[str] = []
    app.view_functions["pages.page"] = lambda: saved.append("once") or "saved"
    client = app.test_client()
    enter(client, ALVA)
    token = client.get("/directory/token", base_url=HERE).text
    answers = [client.post("/directory/page", base_url=HERE, data={"csrf_token": token}) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 429, 429]
    assert saved == ["once"] * 2
    assert "Inget sparades eller skickades." in answers[-1].text
    assert answers[-1].text.count("Vänta") == 1, "said once"
    again = client.get("/directory/page", base_url=HERE)
    assert 'href="/directory/page">Försök igen</a>' in again.text
    assert "Försök igen</a>" not in answers[-1].text, "a form is not sent anew by a link"


@pytest.mark.parametrize(
    "limits", ["strangers=many", "strangers=0/minute", "strangers", "martians=1/minute", "people=1/day"]
)
def test_a_limit_that_is_none_stops_the_start(made: Callable[..., Flask], limits: str) -> None:
    """With a sentence that names the setting."""
    with pytest.raises(SettingsAreWrong, match="LOTSA_LIMITS"):
        made(limits)


def test_each_kind_can_be_taken_away(made: Callable[..., Flask]) -> None:
    """``none`` counts nobody."""
    client = made(",".join(f"{kind}=none" for kind in ALLOWED)).test_client()
    assert set(asked(client, "/directory/search", 300)) == {200}


def test_what_is_remembered_is_bounded(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many callers whoever has not been here for longest is forgotten."""
    monkeypatch.setattr(rates, "MOST_CALLERS", 10)
    spending = rates.Spending(rates.Allowance(1, 60))
    assert [spending.spend(str(number)) for number in range(10)] == [0] * 10
    assert spending.spend("9") == 60
    assert spending.spend("10") == 0
    assert spending.spend("0") == 0, "forgotten"
    assert len(spending._callers) == 10
