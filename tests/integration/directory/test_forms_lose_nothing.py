"""Every form of the directory: an error shows all that was typed, and a second click does nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.seed.ids import UNIT
from shared.kernel.clock import SWEDEN
from tests.support.directory_city import City
from tests.support.page_forms import form_of

SERVICE, ACTIVITY, RULE, ASSIGNMENT = "<service>", "<activity>", "<rule>", "<assignment>"
BROMMA = f"/directory/admin/units/{UNIT['advice-bromma']}"
DAY = (datetime.now(SWEDEN) + timedelta(days=9)).date().isoformat()
A_LISTING = {"name": "Onsdagsgruppen", "summary": "Fika och prat.", "cost": "20 kronor", "place_name": "Huset"}
AN_ACTIVITY = {"title": "Vårfest", "day": DAY, "begins": "10:00", "ends": "12:00", "place": "Parken"}
A_RULE = {
    "area": "0180-bromma",
    "unit_id": str(UNIT["advice-bromma"]),
    "reason_sv": "Bromma tar emot den som bor i Bromma.",
}

# who, the form's page, what is typed, and what makes a mistake of it
FORMS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "organisation": ("dani", "/directory/mine/organization", {"description": "Vi finns."}, {"email": "nej"}),
    "new service": ("dani", "/directory/mine/services/new", A_LISTING, {"email": "nej"}),
    "service": ("dani", f"/directory/mine/services/{SERVICE}", A_LISTING, {"email": "nej"}),
    "new activity": ("dani", f"/directory/mine/services/{SERVICE}/activities/new", AN_ACTIVITY, {"ends": "09:00"}),
    "activity": ("dani", f"/directory/mine/activities/{ACTIVITY}", AN_ACTIVITY, {"places": "många"}),
    "unit": ("hanna", BROMMA, {"phone": "08-465 004 77"}, {"function_address": "nej"}),
    "new unit": (
        "hanna",
        "/directory/admin/units/new",
        {"name": "<new>", "kind": "partner", "area": "0180"},
        {"function_address": "nej"},
    ),
    "new assignment": (
        "hanna",
        f"{BROMMA}/assignments/new",
        {"subject": "<new>", "confirmed": "<new>", "role": "adviser"},
        {"last_day": "2020-01-01"},
    ),
    "new rule": ("hanna", "/directory/admin/routing/rules/new", A_RULE, {"age_from": "18"}),
    "rule": ("hanna", f"/directory/admin/routing/rules/{RULE}", A_RULE, {"age_from": "arton", "age_of": "carer"}),
}
BUTTONS: dict[str, tuple[str, str, str]] = {
    "confirm": ("dani", "/directory/mine", f"/directory/mine/services/{SERVICE}/confirm"),
    "cancel": (
        "dani",
        f"/directory/mine/activities/{ACTIVITY}/cancel",
        f"/directory/mine/activities/{ACTIVITY}/cancel",
    ),
    "end": (
        "hanna",
        f"/directory/admin/assignments/{ASSIGNMENT}/end",
        f"/directory/admin/assignments/{ASSIGNMENT}/end",
    ),
    "sign out": (
        "hanna",
        f"/directory/admin/assignments/{ASSIGNMENT}/sign-out",
        f"/directory/admin/assignments/{ASSIGNMENT}/sign-out",
    ),
    "move": ("hanna", "/directory/admin/routing/rules", f"/directory/admin/routing/rules/{RULE}/move"),
    "remove": (
        "hanna",
        f"/directory/admin/routing/rules/{RULE}/remove",
        f"/directory/admin/routing/rules/{RULE}/remove",
    ),
}
COUNTS = ("support_services", "activities", "units", "assignments", "routing_rules")


def at(city: City, address: str) -> str:
    """An address with something of this test's own in the places that are left open."""
    if SERVICE in address or ACTIVITY in address:
        made = city.ask("dani", "POST", "/services", {"name": f"Grupp {uuid4().hex[:6]}", "summary": "Fika."}).json[
            "id"
        ]
        address = address.replace(SERVICE, made)
    if ACTIVITY in address:
        body = {"title": "Café", "starts_at": f"{DAY}T10:00:00+00:00", "ends_at": f"{DAY}T11:00:00+00:00"}
        planned = city.ask("dani", "POST", f"/services/{made}/activities", body).json["id"]
        address = address.replace(ACTIVITY, planned)
    if RULE in address:
        rule = {**A_RULE, "valid_from": "2026-01-01", "reason_sv": f"Därför {uuid4().hex[:6]}."}
        version = f'"{city.rules().version}"'
        added = city.ask("hanna", "POST", "/routing-rules/0180/rules", rule, If_Match=version)
        address = address.replace(RULE, added.json["id"])
    if ASSIGNMENT in address:
        given = {"unit_id": str(UNIT["advice-bromma"]), "subject": f"user-{uuid4().hex[:8]}", "role": "adviser"}
        address = address.replace(ASSIGNMENT, city.ask("hanna", "POST", "/assignments", given).json["id"])
    return address


def filled(typed: dict[str, Any]) -> dict[str, Any]:
    """What is typed, with something that nobody has typed before."""
    new = f"prov{uuid4().hex[:10]}"
    return {name: new if value == "<new>" else value for name, value in typed.items()}


def done(city: City) -> tuple[Any, ...]:
    """What there is, and how much has been told of it."""
    there = [city.rows(f"select count(*) from {table}")[0][0] for table in COUNTS]
    told = city.rows("select count(*) from outbox where event_type <> 'session.started.v1'")[0][0]
    return (*there, told, city.rules().version)


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("name", FORMS)
def test_an_error_shows_all_that_was_typed(city: City, name: str) -> None:
    """The mistake too, to be put right; nothing has happened."""
    who, address, typed, mistake = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    form = form_of(browser.get(page).text, page)
    sent = form.typed(**{**filled(typed), **mistake})
    before = done(city)
    answer = browser.post(page, data=sent)
    assert answer.status_code == 200
    assert "error-summary" in answer.text
    again = form_of(answer.text, page)
    lost = {
        each: (sent[each], again.fields.getlist(each))
        for each in sent
        if each != "csrf_token"
        and [value for value in sent[each] if value] != [v for v in again.fields.getlist(each) if v]
    }
    assert lost == {}
    assert done(city) == before


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_sent_twice_is_carried_out_once(city: City, name: str) -> None:
    """The second answer is the first one's: nobody is told that somebody else was faster."""
    who, address, typed, _ = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    sent = form_of(browser.get(page).text, page).typed(**filled(typed))
    first = browser.post(page, data=sent)
    assert first.status_code == 303, first.text
    said, before = _flash(browser, first), done(city)
    second = browser.post(page, data=sent)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert _flash(browser, second) == said != ""
    assert done(city)[: len(COUNTS)] == before[: len(COUNTS)]
    assert done(city)[-1] == before[-1]


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_that_is_pressed_twice_acts_once(city: City, name: str) -> None:
    """Confirming, cancelling, ending, moving, removing."""
    who, page, action = BUTTONS[name]
    action = at(city, action)
    page = action if "<" in page else page
    browser = city.signed_in(who)
    form = form_of(browser.get(page).text, action)
    sent = form.typed(**({"to": "earlier"} if name == "move" else {}))
    first = browser.post(action, data=sent)
    assert first.status_code == 303
    said, before = _flash(browser, first), done(city)
    second = browser.post(action, data=sent)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert _flash(browser, second) == said != ""
    assert done(city)[: len(COUNTS)] == before[: len(COUNTS)]
    assert done(city)[-1] == before[-1]


def test_what_was_saved_before_a_colleague_changed_it_is_no_second_click(city: City) -> None:
    """The same form again, when somebody has changed the thing meanwhile: nothing is said to be saved that is not."""
    browser, page = city.signed_in("dani"), at(city, f"/directory/mine/services/{SERVICE}")
    sent = form_of(browser.get(page).text, page).typed(summary="Vår fika.")
    assert browser.post(page, data=sent).status_code == 303
    newer = form_of(browser.get(page).text, page).typed(summary="Ny fika.")
    assert browser.post(page, data=newer).status_code == 303
    late = browser.post(page, data=sent)
    assert late.status_code == 200
    assert "Det sparades ändringar medan du skrev" in late.text
    [row] = city.rows("select summary from support_services where id = :id", id=UUID(page.rsplit("/", 1)[1]))
    assert row.summary == "Ny fika."


def test_a_new_thing_that_is_sent_again_with_other_words_keeps_them(city: City) -> None:
    """Back in the browser, a word put right, sent again: the words are shown beside what is saved."""
    browser, page = city.signed_in("dani"), "/directory/mine/services/new"
    form = form_of(browser.get(page).text, page)
    assert browser.post(page, data=form.typed(**A_LISTING)).status_code == 303
    again = browser.post(page, data=form.typed(**{**A_LISTING, "summary": "Fika, prat och sång."}))
    assert again.status_code == 200
    assert "Fika, prat och sång." in again.text
    service = again.text.split('action="/directory/mine/services/')[1].split('"')[0]
    saved = form_of(again.text, f"/directory/mine/services/{service}")
    assert browser.post(f"/directory/mine/services/{service}", data=saved.typed()).status_code == 303
    [row] = city.rows("select summary from support_services where id = :id", id=UUID(service))
    assert row.summary == "Fika, prat och sång."


def _flash(browser: Any, answer: Any) -> str:
    """What the next page says was done."""
    shown = browser.get(answer.headers["Location"].partition("#")[0]).text
    found = shown.split('role="status"><p class="ds-paragraph">')
    return str(found[1].split("</p>")[0]) if len(found) > 1 else ""
