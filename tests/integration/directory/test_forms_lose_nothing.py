"""Every form of the directory: an error shows all that was typed, and a second click does nothing twice."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.kernel.clock import SWEDEN
from tests.support.cast import UNIT
from tests.support.directory_city import City
from tests.support.page_forms import PageForm, form_of, shown_again

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
    """What there is, and how much has been told of it. That somebody looked at a page is no deed."""
    there = [city.rows(f"select count(*) from {table}")[0][0] for table in COUNTS]
    told = city.rows(
        "select count(*) from outbox where event_type <> 'session.started.v1'"
        " and not (event_type = 'access.recorded.v1' and data ->> 'action' in ('list', 'read'))"
    )[0][0]
    return (*there, told, city.rules().version)


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("name", FORMS)
def test_an_error_shows_all_that_was_typed(city: City, name: str) -> None:
    """The mistake too, to be put right; nothing has happened.

    The page has an address: loading it again and coming back to it show the same, and going back finds the words.
    """
    who, address, typed, mistake = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    form = form_of(browser.get(page).text, page)
    sent = form.typed(**{**filled(typed), **mistake})
    before = done(city)
    answer = browser.post(page, data=sent)
    there = answer.headers["Location"]
    assert (answer.status_code, there.startswith(f"{page}?typed=")) == (303, True)
    for _ in range(2):
        shown = browser.get(there)
        assert shown.status_code == 200
        assert "error-summary" in shown.text
        assert lost(sent, form_of(shown.text, page)) == {}
    assert f'href="{there}"' in browser.get(page).text, "whoever goes back to the form finds what they wrote"
    # a second mistake is shown at the same address; what is put right there is saved, and nothing waits any more
    typed_on = form_of(shown.text, page)
    assert browser.post(page, data=typed_on.typed()).headers["Location"] == there
    assert done(city) == before
    without_it = form.typed(**filled(typed))
    right = {name: without_it.get(name, "") for name in mistake}
    saved = browser.post(page, data=typed_on.typed(**right))
    assert saved.status_code == 303
    assert "?typed=" not in saved.headers["Location"], browser.get(saved.headers["Location"]).text
    assert "?typed=" not in browser.get(page).text


def lost(sent: dict[str, Any], form: PageForm) -> dict[str, Any]:
    """What was sent and does not stand in a form."""
    return {
        each: (sent[each], form.fields.getlist(each))
        for each in sent
        if each not in ("csrf_token", "typed")
        and [value for value in sent[each] if value] != [v for v in form.fields.getlist(each) if v]
    }


@pytest.mark.parametrize("name", FORMS)
def test_what_was_typed_is_shown_to_its_writer_alone_where_it_was_typed(city: City, name: str) -> None:
    """Not to a colleague, in another session of one's own, or on another form's page."""
    who, address, typed, mistake = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    sent = form_of(browser.get(page).text, page).typed(**{**filled(typed), **mistake})
    there = browser.post(page, data=sent).headers["Location"]
    elsewhere = city.signed_in(who)
    for shown in (elsewhere.get(there), elsewhere.get(page), browser.get(page)):
        assert "error-summary" not in shown.text
    other = "/directory/mine/organization" if who == "dani" else "/directory/admin/units/new"
    if other != page:
        assert "error-summary" not in browser.get(f"{other}?{there.partition('?')[2]}").text


def test_two_windows_of_one_form_keep_their_words_apart(city: City) -> None:
    """A mistake in the one does not become the other's words."""
    browser, page = city.signed_in("dani"), "/directory/mine/services/new"
    there = {}
    for words in ("Fika i ena fönstret", "Fika i andra fönstret"):
        sent = form_of(browser.get(page).text, page).typed(**{**A_LISTING, "summary": words, "email": "nej"})
        there[words] = browser.post(page, data=sent).headers["Location"]
    for words, address in there.items():
        assert f'value="{words}"' in browser.get(address).text
    assert [f'href="{address}"' in browser.get(page).text for address in there.values()] == [True, True]


def test_a_mistake_in_a_units_form_is_a_look_at_its_people_and_no_deed(city: City) -> None:
    """The page is shown again with who works there, and that is recorded: somebody does, by this test's own doing."""
    at(city, f"/directory/admin/assignments/{ASSIGNMENT}/end")
    browser = city.signed_in("hanna")
    form = form_of(browser.get(BROMMA).text, BROMMA)
    before, looks = done(city), len(city.told("access.recorded.v1"))
    answer = shown_again(browser, browser.post(BROMMA, data=form.typed(function_address="nej")))
    assert "error-summary" in answer.text
    [look] = city.told("access.recorded.v1")[looks:]
    assert (look["action"], look["record_kind"]) == ("list", "assignment")
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
    late = shown_again(browser, browser.post(page, data=sent))
    assert late.status_code == 200
    assert "Det sparades ändringar medan du skrev" in late.text
    [row] = city.rows("select summary from support_services where id = :id", id=UUID(page.rsplit("/", 1)[1]))
    assert row.summary == "Ny fika."


def test_a_new_thing_that_is_sent_again_with_other_words_keeps_them(city: City) -> None:
    """Back in the browser, a word put right, sent again: the words are shown beside what is saved."""
    browser, page = city.signed_in("dani"), "/directory/mine/services/new"
    form = form_of(browser.get(page).text, page)
    assert browser.post(page, data=form.typed(**A_LISTING)).status_code == 303
    again = shown_again(
        browser, browser.post(page, data=form.typed(**{**A_LISTING, "summary": "Fika, prat och sång."}))
    )
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


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        (
            "new service",
            {"name": "Prov", "summary": "Fika.", "email": "nej", "place_postal_code": "12", "place_city": "Farsta"},
            ["place_name", "place_postal_code", "email"],
        ),
        ("unit", {"name": "", "function_address": "nej", "phone": ""}, ["name", "function_address", "phone"]),
        (
            "new unit",
            {"kind": "receiving", "function_address": "nej", "area": ""},
            ["name", "area", "function_address", "phone"],
        ),
    ],
)
def test_all_mistakes_are_told_at_once_in_the_pages_order(
    city: City, name: str, wrong: dict[str, str], told: list[str]
) -> None:
    """What the domain refuses too, though it was not asked yet."""
    shown = _with_mistakes(city, name, wrong)
    summary = shown[shown.index('id="error-summary"') :].partition("</ul>")[0]
    assert re.findall(r'href="#f-([a-z_]+)"', summary) == told


@pytest.mark.parametrize("name", FORMS)
def test_where_one_chooses_nobody_is_asked_to_fill_in(city: City, name: str) -> None:
    """A list or a row of circles that was left without a choice."""
    who, address, _, mistake = FORMS[name]
    page = at(city, address)
    kinds = form_of(city.signed_in(who).get(page).text, page).kinds
    choices = [field for field, kind in kinds.items() if kind in ("radio", "select")]
    shown = _with_mistakes(city, name, {**dict.fromkeys(choices, ""), **mistake})
    errors = dict(re.findall(r'id="f-([a-z_]+)-error".*?</span>(.+?)</p>', shown))
    assert errors
    for field in choices:
        assert "fyllas i" not in errors.get(field, ""), field


def _with_mistakes(city: City, name: str, wrong: dict[str, str]) -> str:
    """The form of that name, sent with that in it, as it is shown again."""
    who, address, _, _ = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    sent = form_of(browser.get(page).text, page).typed(**wrong)
    text: str = shown_again(browser, browser.post(page, data=sent)).text
    return text
