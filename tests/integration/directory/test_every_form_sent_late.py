"""Every form of the directory, sent after its sender's idle half hour: signed in anew they send all that was typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.web.forms.waiting_form import ADDRESSES
from tests.integration.directory.test_forms_lose_nothing import BUTTONS, FORMS, at, filled
from tests.support.directory_city import City, seeded_city, sign_in
from tests.support.infrastructure import Infrastructure
from tests.support.page_forms import form_of
from tests.support.sent_late import said_afterwards, sent_late, typed_in

# the address as the app knows it: who, the page that holds the form, the address it is sent to, and what is typed
Walk = tuple[str, str, str, dict[str, Any]]


def _form(name: str) -> Walk:
    who, page, typed, _ = FORMS[name]
    return who, page, page, typed


def _button(name: str, **typed: str) -> Walk:
    return *BUTTONS[name], typed


WALK: dict[str, Walk] = {
    "/directory/mine/organization": _form("organisation"),
    "/directory/mine/services/new": _form("new service"),
    "/directory/mine/services/<uuid:service_id>": _form("service"),
    "/directory/mine/services/<uuid:service_id>/confirm": _button("confirm"),
    "/directory/mine/services/<uuid:service_id>/activities/new": _form("new activity"),
    "/directory/mine/activities/<uuid:activity_id>": _form("activity"),
    "/directory/mine/activities/<uuid:activity_id>/cancel": _button("cancel"),
    "/directory/mine/activities/<uuid:activity_id>/take-up": (
        "dani",
        "/directory/mine/activities/<cancelled>",
        "/directory/mine/activities/<cancelled>/take-up",
        {},
    ),
    "/directory/admin/units/new": _form("new unit"),
    "/directory/admin/units/<uuid:unit_id>": _form("unit"),
    "/directory/admin/units/<uuid:unit_id>/assignments/new": _form("new assignment"),
    "/directory/admin/assignments/<uuid:assignment_id>/end": _button("end"),
    "/directory/admin/assignments/<uuid:assignment_id>/sign-out": _button("sign out"),
    "/directory/admin/routing/default": ("hanna", "/directory/admin/routing/default", "", {}),
    "/directory/admin/routing/rules/new": _form("new rule"),
    "/directory/admin/routing/rules/<uuid:rule_id>": _form("rule"),
    "/directory/admin/routing/rules/<uuid:rule_id>/move": _button("move", to="earlier"),
    "/directory/admin/routing/rules/<uuid:rule_id>/remove": _button("remove"),
}
NOTHING_TYPED = {
    "/directory/login/demo": "somebody is chosen from a list, before there is a session",
    "/directory/logout": "a button; who is signed out already is told so",
    "/directory/session": "the page's script asks, and nobody types",
    "/directory/assignment": "one of one's assignments is chosen; it is asked again after signing in",
    **{f"/directory/{each}/<uuid:form_id>": "two buttons; the form that waits goes on waiting" for each in ADDRESSES},
}


@pytest.fixture(scope="module")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """A city of its own: all of these forms change it."""
    with seeded_city(infrastructure) as made:
        yield made


@pytest.mark.holds("late-form-is-sent-after-signing-in")
@pytest.mark.parametrize("rule", WALK)
def test_a_form_that_came_too_late_is_sent_with_all_that_was_typed(city: City, rule: str) -> None:
    """Its own view is given every field, carries it out, and answers as it always does."""
    who, page, address, typed = WALK[rule]
    page, address = _there(city, page, address)
    browser = city.signed_in(who)
    sent = form_of(browser.get(page).text, address).typed(**filled(typed))

    def again() -> Any:
        back = city.client()
        sign_in(back, who)
        return back

    late = sent_late(city.app, browser, address, sent, again)
    assert late.got == typed_in(sent)
    assert late.answer.status_code == 303, late.answer.text
    assert len(said_afterwards(late.back, late.answer)) == 1, "the page after says that it is done"


def test_the_walk_knows_every_form_of_the_directory(city: City) -> None:
    """Each form's address matches its own rule and no other."""
    matcher = city.app.url_map.bind("127.0.0.1")
    for rule, (_, page, address, _typed) in WALK.items():
        _, address = _there(city, page, address)
        matched, _values = matcher.match(address, "POST", return_rule=True)
        assert matched.rule == rule


def _there(city: City, page: str, address: str) -> tuple[str, str]:
    """Page and address with something of this test's own in the places that are left open."""
    if "<cancelled>" in page:
        planned = at(city, "/directory/mine/activities/<activity>")
        dani = city.signed_in("dani")
        form = form_of(dani.get(f"{planned}/cancel").text, f"{planned}/cancel")
        assert dani.post(f"{planned}/cancel", data=form.typed()).status_code == 303
        return planned, f"{planned}/take-up"
    address = at(city, address or page)
    return (address if "<" in page else page), address
