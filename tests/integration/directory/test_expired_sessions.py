"""The directory's forms too outlive their sender's idle half hour, for that sender alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.directory.service import Directory
from services.directory.web.held_forms import KINDS
from shared.kernel.clock import FixedClock
from tests.support.directory_city import HIDDEN, City, sign_in, token_in
from tests.support.page_forms import shown_again
from tests.support.sent_late import idle

PAGE = "/directory/mine/services/new"
WORDS = "Onsdagsgruppen i parken"
WAITS = re.compile(r'href="/directory/login\?next=(/directory/held-form/[0-9a-f-]+)"')
# those that came too late, and not what is held after a mistake
# where one has led that was carried out is no form
COUNT = text(
    "select count(*) from held_forms where reason = 'expired-session' and expires_at - held_at > interval '1 hour'"
)


@pytest.fixture
def dani(city: City) -> FlaskClient:
    """Dani's browser."""
    return city.signed_in("dani")


@pytest.fixture(autouse=True)
def _nothing_left(city: City) -> Iterator[None]:
    """The city is shared: leave no form in it."""
    yield
    later = replace(city.parts, clock=FixedClock(city.parts.clock.now() + timedelta(hours=12)))
    Directory(later).sweep()
    assert kept(city) == 0


def kept(city: City) -> int:
    """How many forms are kept, seen with the service's own eyes."""
    with city.parts.engine.begin() as connection:
        connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
        return int(connection.execute(COUNT).scalar_one())


def sent_late(client: FlaskClient, **changed: str) -> Any:
    """The answer to the form for a new support service, sent 31 minutes after the last click."""
    page = client.get(PAGE).text
    idle(client)
    hidden = {name: value for name, value in HIDDEN.findall(page) if name in ("csrf_token", "id", "version")}
    listing = {"name": WORDS, "summary": "Fika.", "attend": "drop-in", "languages": "sv", "status": "inactive"}
    return client.post(PAGE, data={**hidden, **listing, **changed}, follow_redirects=True)


def place_in(answer: Any) -> str:
    """Where the held form waits."""
    found = WAITS.search(answer.text)
    assert found, answer.text
    return found[1]


def wish(client: FlaskClient, place: str, what: str) -> Any:
    """Press one of the two buttons."""
    return client.post(place, data={"csrf_token": token_in(client.get("/directory/assignment").text), "do": what})


def test_a_support_service_written_too_late_is_saved_after_signing_in(city: City, dani: FlaskClient) -> None:
    """The sign-in page leads to it; sent, it is saved by the form's own view, which says so; then it is gone."""
    place = place_in(sent_late(dani))
    login = dani.get(f"/directory/login?next={place}").text
    entered = dani.post("/directory/login/demo", data={"csrf_token": token_in(login), "who": "dani", "next": place})
    assert entered.headers["Location"] == place
    page = dani.get(place).text
    assert "Formuläret gäller en stödform." in page
    assert WORDS not in page
    assert WORDS not in dani.get("/directory/mine").text
    saved = wish(dani, place, "send")
    assert (saved.status_code, saved.headers["Location"]) == (303, "/directory/mine")
    assert len(saved.headers.getlist("Set-Cookie")) == 1
    listed = dani.get("/directory/mine").text
    assert "Sparat." in listed
    assert WORDS in listed
    assert kept(city) == 0


def test_a_mistake_in_it_is_said_at_its_field_and_nothing_is_lost(city: City, dani: FlaskClient) -> None:
    """The form's own page answers, with its own address to send it to."""
    place = place_in(sent_late(dani, email="nej"))
    sign_in(dani, "dani")
    answer = shown_again(dani, wish(dani, place, "send")).text
    assert "error-summary" in answer
    assert WORDS in answer
    assert f'action="{PAGE}"' in answer


def test_hanna_finds_nothing_of_danis(city: City, dani: FlaskClient) -> None:
    """404 at each wish, recorded; and without a sender the database shows nothing to anybody."""
    place = place_in(sent_late(dani))
    hanna = city.signed_in("hanna")
    before = len(city.told("access.recorded.v1"))
    assert hanna.get(place).status_code == 404
    assert [wish(hanna, place, each).status_code for each in ("send", "discard")] == [404, 404]
    records = city.told("access.recorded.v1")[before:]
    assert [(each["rule"], each["record_kind"], each["subjects"]) for each in records] == [
        ("not-the-sender", "lapsed-form", [place.rsplit("/", 1)[1]])
    ] * 3
    with city.parts.work_of(city.editor("dani")) as work:
        assert work.connection.execute(COUNT).scalar_one() == 0
    sign_in(dani, "dani")
    assert wish(dani, place, "discard").headers["Location"] == "/directory/mine"


def test_signing_in_and_choosing_an_assignment_are_no_forms_to_keep(city: City, dani: FlaskClient) -> None:
    """They hold nothing that was typed."""
    token = token_in(dani.get("/directory/assignment").text)
    idle(dani)
    answer = dani.post("/directory/assignment", data={"csrf_token": token, "assignment": "x"})
    assert "Det du nyss skickade sparades inte" in answer.text
    assert kept(city) == 0


def test_what_a_form_is_about_is_said_of_pages_that_there_are(city: City) -> None:
    """A page, or a room of pages, that is renamed takes its sentence along."""
    assert set(KINDS) <= set(city.app.view_functions) | set(city.app.blueprints)
