"""What Dani's pages say of the public ones is what anybody sees there at that moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient

from shared.kernel.clock import SWEDEN
from tests.support.directory_city import City
from tests.support.page_forms import form_of

MINE = "/directory/mine"
SAID = re.compile(r'role="status"><p class="ds-paragraph">(.+?)</p>')
SAYS_THAT_ALL_SEE_IT = re.compile(r"[Nn]u kan alla hitta|på den öppna sidan från och med nu|står på den öppna sidan")
TODAY = datetime.now(SWEDEN).date()
NEAR, FAR, PAST = (TODAY + timedelta(days=days) for days in (9, 200, -9))


@pytest.fixture
def dani(city: City) -> FlaskClient:
    """Who looks after a page."""
    return city.signed_in("dani")


@pytest.mark.holds(
    "saved-is-found-at-once",
    "saved-activity-is-found-at-once",
    "hidden-is-seen-by-nobody-else",
    "a-hidden-ones-activity",
)
@pytest.mark.parametrize("status", ["active", "inactive"])
@pytest.mark.parametrize("day", [NEAR, FAR, PAST], ids=["soon", "far-ahead", "past"])
def test_no_page_says_that_all_see_what_they_do_not(city: City, dani: FlaskClient, status: str, day: Any) -> None:
    """A listing and an activity, made, changed, cancelled and taken up: it is said to be public when it is."""
    name, title = f"Grupp {uuid4().hex[:8]}", f"Träff {uuid4().hex[:8]}"
    listing = {"name": name, "summary": "Fika.", "status": status}
    said = _sent(dani, f"{MINE}/services/new", **listing)
    service = city.rows("select id from support_services where name = :name", name=name)[0].id
    assert _claims(said) == (name in _public(city, service)) == (status == "active"), said
    said = _sent(dani, f"{MINE}/services/{service}", **listing, cost="20 kronor")
    assert _claims(said) == ("20 kronor" in _public(city, service)) == (status == "active"), said

    typed = {"title": title, "day": day.isoformat(), "begins": "10:00", "ends": "12:00"}
    said = _sent(dani, f"{MINE}/services/{service}/activities/new", **typed)
    activity = city.rows("select id from activities where title = :title", title=title)[0].id
    is_public = title in _public(city, service)
    assert is_public == (status == "active" and day == NEAR)
    assert _claims(said) == is_public, said
    one = f"{MINE}/activities/{activity}"
    changed = _sent(dani, one, **typed, cost="Gratis")
    asked = dani.get(f"{one}/cancel").text
    assert ("står kvar på den öppna sidan" in asked) == is_public
    cancelled = _sent(dani, f"{one}/cancel")
    assert ("Inställ" in _public(city, service)) == is_public
    assert ("på den öppna sidan" in dani.get(one).text) == is_public
    taken_up = _sent(dani, one, onto=f"{one}/take-up")
    for said in (changed, cancelled, taken_up):
        assert _claims(said) == is_public, said


@pytest.mark.holds("shown-from-a-day-on")
def test_what_is_far_ahead_is_shown_from_the_day_that_was_said(city: City, dani: FlaskClient) -> None:
    """In the message and on the organisation's own page; everybody sees it that morning, and not the week before."""
    service, title = (
        city.ask("dani", "POST", "/services", {"name": "Kören", "summary": "Sång."}).json["id"],
        "Vårkonsert",
    )
    typed = {"title": title, "day": FAR.isoformat(), "begins": "18:00", "ends": "19:00"}
    said = _sent(dani, f"{MINE}/services/{service}/activities/new", **typed)
    day = FAR - timedelta(days=119)
    words = format_date(day, "d MMMM yyyy", locale="sv")
    assert words in said
    assert f"Visas för alla från och med {words}" in dani.get(MINE).text
    morning = datetime(day.year, day.month, day.day, 0, 1, tzinfo=SWEDEN)
    with city.at(morning):
        assert title in _public(city, service)
    with city.at(morning - timedelta(days=7)):
        assert title not in _public(city, service)


def test_what_has_been_stands_last_and_says_so(city: City, dani: FlaskClient) -> None:
    """Years of activities do not hide the next one."""
    service = city.ask("dani", "POST", "/services", {"name": "Bokcirkeln", "summary": "Vi läser."}).json["id"]
    for title, day in (("Läste förr", PAST), ("Läser snart", NEAR)):
        typed = {"title": title, "day": day.isoformat(), "begins": "10:00", "ends": "12:00"}
        _sent(dani, f"{MINE}/services/{service}/activities/new", **typed)
    page = dani.get(MINE).text
    assert page.index("Läser snart") < page.index("Läste förr") < page.index("Har varit", page.index("Läste förr"))


def test_a_place_without_a_street_ends_in_no_comma(city: City, dani: FlaskClient) -> None:
    """A new activity's place is the support service's own, as people write it."""
    body = {"name": "Parkgruppen", "summary": "Vi går.", "location": {"name": "Rålambshovsparken"}}
    service = city.ask("dani", "POST", "/services", body).json["id"]
    assert 'value="Rålambshovsparken"' in dani.get(f"{MINE}/services/{service}/activities/new").text


def _sent(dani: FlaskClient, page: str, *, onto: str = "", **typed: Any) -> str:
    """What the page after the form says of what was done."""
    answer = dani.post(onto or page, data=form_of(dani.get(page).text, onto or page).typed(**typed))
    assert answer.status_code == 303, answer.text
    [said] = SAID.findall(dani.get(answer.headers["Location"]).text)
    return unescape(said)


def _claims(said: str) -> bool:
    return bool(SAYS_THAT_ALL_SEE_IT.search(said))


def _public(city: City, service: object) -> str:
    """The public page as anybody gets it, or nothing."""
    answer = city.client().get(f"/directory/services/{service}")
    return answer.text if answer.status_code == 200 else ""
