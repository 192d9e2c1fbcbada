"""The doors in and out, apart from the identity provider."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.environment import SettingsAreWrong
from shared.web.sign_in.login import login_blueprint, safe_target
from shared.web.sign_in.oidc import Provider
from tests.support.web_gallery import settings_in
from tests.support.written_log import written_log
from tests.unit.web.conftest import World, csrf_in, token_for


@pytest.mark.parametrize(
    "foreign",
    [
        None,
        "",
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "/\t/evil.example.org",
        "/\n/evil.example.org",
        "javascript:alert(1)",
        "referral/",
        "/" + "a" * 600,
        "/ok\\..\\x",
    ],
)
def test_no_sign_in_goes_on_to_another_site(foreign: str | None) -> None:
    """Whatever browsers might read as another host becomes the start page."""
    assert safe_target(foreign) == "/"


def test_a_page_of_our_own_may_be_gone_on_to() -> None:
    """A path and its query are kept."""
    assert safe_target("/referral/018f?tab=track") == "/referral/018f?tab=track"


def test_after_signing_in_one_comes_to_the_page_asked_for(client: FlaskClient) -> None:
    """The page that sent somebody to sign in is where they end up."""
    away = client.get("/directory/boats").headers["Location"]
    page = client.get(away).text
    form = {"csrf_token": csrf_in(page), "who": "alva", "next": "/directory/boats"}
    assert client.post("/directory/login/demo", data=form).headers["Location"] == "/directory/boats"


def test_without_a_page_in_mind_each_role_begins_at_its_own(client: FlaskClient) -> None:
    """A referrer begins at what the unit has sent."""
    form = {"csrf_token": csrf_in(client.get("/directory/login").text), "who": "alva", "next": "//evil.example.org"}
    assert client.post("/directory/login/demo", data=form).headers["Location"] == "/referral/"


def test_who_has_no_assignment_is_not_let_in(world: World, client: FlaskClient) -> None:
    """The page says why in Swedish, the directory is told, and no session begins."""
    world.staff.held.clear()
    form = {"csrf_token": csrf_in(client.get("/directory/login").text), "who": "alva"}
    with written_log() as log:
        answer = client.post("/directory/login/demo", data=form)
    assert answer.status_code == 403
    assert "inget aktuellt uppdrag" in answer.text
    assert [(line["reason"], line["reference"] in answer.text) for line in log.lines] == [("no-assignment", True)]
    assert world.hooks.told == [("refused", "no-assignment")]


def test_the_demo_list_does_not_exist_outside_demo_mode(tmp_path: Path) -> None:
    """Neither the page nor the form lets anybody be whom they like."""
    world = World(tmp_path, MODE="test", OIDC_ISSUER="http://127.0.0.1:9", OIDC_CLIENT_ID="lotsa")
    client = world.app.test_client()
    page = client.get("/directory/login")
    assert page.status_code == 503, "no provider answers, so nobody is let in"
    assert "Alva" not in page.text
    token = token_for(client, world.app)
    assert client.post("/directory/login/demo", data={"who": "alva", "csrf_token": token}).status_code == 404


def test_outside_demo_mode_a_provider_must_be_named(tmp_path: Path) -> None:
    """Starting without one is refused, not postponed to the first person who tries."""
    with pytest.raises(SettingsAreWrong):
        login_blueprint(settings_in(tmp_path), World(tmp_path).hooks)


def test_in_production_the_provider_is_reached_by_https(tmp_path: Path) -> None:
    """A plain-text issuer is refused."""
    settings = settings_in(tmp_path, OIDC_ISSUER="http://127.0.0.1:9", OIDC_CLIENT_ID="lotsa")
    with pytest.raises(SettingsAreWrong):
        Provider(dataclasses.replace(settings, mode="production"))


def test_signing_out_needs_the_form(client: FlaskClient, sign_in: Callable[[str], None]) -> None:
    """Neither a link nor another site's form signs anybody out."""
    sign_in("alva")
    assert client.get("/directory/logout").status_code == 405
    assert client.post("/directory/logout").status_code == 400
    token = csrf_in(client.get("/directory/assignment").text)
    foreign = client.post("/directory/logout", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert client.get("/directory/assignment").status_code == 200
    own = client.post("/directory/logout", data={"csrf_token": token})
    assert own.headers["Clear-Site-Data"] == '"cache", "storage"'
