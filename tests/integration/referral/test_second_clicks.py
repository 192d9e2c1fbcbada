"""A second click is answered with what the first one did; whoever comes after somebody else is told who it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from tests.integration.referral.conftest import AtThePages, Cast, Room, at_the_pages
from tests.support.builders.bodies import a_consent, a_referral

SILENT = {"carer": a_consent("share-with-receiving-unit", channels=["phone"])}
BUTTONS = ("accept", "start")
HIDDEN = ("csrf_token", "version")
TELLING = ["tell-referrer-what-happened"]
FIRST = "Någon annan hann före"
ALREADY = "Det är redan gjort"


@dataclass(frozen=True)
class Act:
    """Something that a button or a form does: by whom, after which earlier steps, with which words."""

    name: str
    by: str
    after: tuple[str, ...]
    fields: Mapping[str, str | list[str]]
    says: str


ACTS = (
    Act("accept", "bo", (), {}, "Lotsningen är accepterad"),
    Act("start", "bo", ("accept",), {}, "Första kontakten är noterad"),
    Act("reject", "bo", (), {"reason": "outside-area", "comment": "Ring gärna."}, "Lotsningen är avböjd"),
    Act(
        "complete",
        "bo",
        ("accept",),
        {"reason": "support-started", "comment": "Hon är med i gruppen.", "unmet_needs": ["language"]},
        "Lotsningen är avslutad",
    ),
    Act("cancel", "alva", (), {"reason": "sent-twice", "comment": ""}, "Lotsningen är indragen"),
    Act("withdraw-consent", "alva", (), {"carer": TELLING}, "Återkallelsen är antecknad"),
    Act("withdraw-consent", "bo", ("accept",), {"carer": ["share-with-receiving-unit"]}, "Återkallelsen är antecknad"),
)


@pytest.fixture
def cast(alva: Cast, bo: Cast) -> dict[str, Cast]:
    """Those who act, by name."""
    return {"alva": alva, "bo": bo}


def begun(act: Act, cast: Mapping[str, Cast], **changes: Any) -> str:
    """The address of a referral that the act can be done to."""
    referral_id = cast["alva"].send(a_referral(**changes)).json["id"]
    for version, step in enumerate(act.after, start=1):
        assert cast["bo"].step(step, referral_id, version).status_code == 200
    return f"/referral/referrals/{referral_id}"


def shown_after(browser: AtThePages, answer: Any) -> str:
    """What a browser ends up with, as read."""
    shown = browser.get(answer.headers["Location"]).text if answer.status_code == 303 else answer.text
    return re.sub("<[^>]+>", "", shown.partition("<body")[2])


def clicked(browser: AtThePages, address: str, act: str) -> dict[str, str]:
    """What the form of an act carries: the page's token and the version that was seen."""
    shown = browser.get(address if act in BUTTONS else f"{address}/{act}").text
    return {
        name: found[1]
        for name in ("csrf_token", "version")
        if (found := re.search(f'name="{name}" value="([^"]*)"', shown))
    }


def steps(room: Room) -> int:
    """How many steps have been kept."""
    return int(room.ask("SELECT count(*) FROM steps")[0][0])


@pytest.mark.parametrize(
    ("act", "tells"),
    [(act, tells) for act in ACTS for tells in (True, False) if tells or act.fields.get("carer") != TELLING],
    ids=lambda value: f"{value.by}-{value.name}" if isinstance(value, Act) else f"tells-{value}",
)
def test_the_second_click_shows_what_the_first_one_did(
    room: Room, cast: Mapping[str, Cast], act: Act, tells: bool
) -> None:
    """The same form twice, as a double click or two windows send it: one step, and both answers say that it is done."""
    address = begun(act, cast, **({} if tells else {"consents": SILENT}))
    browser = at_the_pages(cast[act.by])
    form = {**clicked(browser, address, act.name), **act.fields}
    before = steps(room)
    for _ in range(2):
        answer = browser.client.post(f"{address}/{act.name}", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
        shown = shown_after(browser, answer)
        assert act.says in shown
        assert FIRST not in shown
    assert steps(room) == before + 1
    assert room.ask("SELECT count(*) FROM held_forms")[0][0] == 0, "nothing typed is left behind"


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.by}-{act.name}")
def test_two_clicks_in_one_moment_do_it_once(room: Room, cast: Mapping[str, Cast], act: Act) -> None:
    """Both arrive before either is answered: neither is told of somebody else."""
    for _ in range(3):
        address = begun(act, cast)
        browser = at_the_pages(cast[act.by])
        form, before, together = {**clicked(browser, address, act.name), **act.fields}, steps(room), Barrier(2)
        cookie = browser.client.get_cookie("lotsa_session") or next(iter(browser.client._cookies.values()))

        def click(
            _: int, address: str = address, form: Any = form, together: Barrier = together, cookie: Any = cookie
        ) -> str:
            client = room.app.test_client()
            client.set_cookie(cookie.key, cookie.value)
            together.wait(timeout=10)
            return str(client.post(f"{address}/{act.name}", data=form).headers["Location"])

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(click, range(2))) == [address, address]
        assert steps(room) == before + 1


@pytest.mark.parametrize("act", [act for act in ACTS if "withdraw" not in act.name], ids=lambda act: act.name)
def test_whoever_comes_after_a_colleague_is_told_who_it_was(room: Room, cast: Mapping[str, Cast], act: Act) -> None:
    """A colleague in the same unit did it: what, where and when; what had been typed is there to be used again."""
    unit = cast[act.by].actor.unit_id
    colleague = room.somebody("colleague", cast[act.by].actor.role, unit)
    address = begun(act, cast)
    browser, other = at_the_pages(cast[act.by]), at_the_pages(colleague)
    form = {**clicked(browser, address, act.name), **act.fields}
    other.client.post(f"{address}/{act.name}", data={**clicked(other, address, act.name), **act.fields})
    before = steps(room)
    shown = shown_after(browser, browser.client.post(f"{address}/{act.name}", data=form))
    assert FIRST in shown
    assert f"av en kollega på Enhet {str(unit)[-1]}, 20 november 2026" in shown
    assert str(act.fields.get("comment") or "") in shown
    assert steps(room) == before


def test_whoever_comes_after_the_other_side_is_told_which_unit(cast: Mapping[str, Cast]) -> None:
    """Alva draws it back while Bo has it open."""
    act = ACTS[0]
    address = begun(act, cast)
    bo, alva = at_the_pages(cast["bo"]), at_the_pages(cast["alva"])
    form = clicked(bo, address, "accept")
    alva.client.post(f"{address}/cancel", data={**clicked(alva, address, "cancel"), "reason": "sent-twice"})
    answer = bo.client.post(f"{address}/accept", data=form)
    assert answer.status_code == 409
    assert "Indragen av Enhet 1, 20 november 2026" in shown_after(bo, answer)


def test_a_referrer_who_is_not_to_know_is_not_told_who_closed_it(cast: Mapping[str, Cast]) -> None:
    """Bo declined it; Alva, whose carer does not let her know, learns only that it can no longer be drawn back."""
    address = begun(ACTS[0], cast, consents=SILENT)
    bo, alva = at_the_pages(cast["bo"]), at_the_pages(cast["alva"])
    form = clicked(alva, address, "cancel")
    bo.client.post(f"{address}/reject", data={**clicked(bo, address, "reject"), "reason": "outside-area"})
    shown = shown_after(alva, alva.client.post(f"{address}/cancel", data={**form, "reason": "sent-twice"}))
    assert FIRST in shown
    assert "Avböjd" not in shown


def test_other_words_the_second_time_are_not_swallowed(room: Room, cast: Mapping[str, Cast]) -> None:
    """Two windows, two texts: the second is told that it is done already, and what was typed in it is shown."""
    act = ACTS[2]
    address = begun(act, cast)
    browser = at_the_pages(cast["bo"])
    form = {**clicked(browser, address, act.name), **act.fields}
    browser.client.post(f"{address}/reject", data=form)
    answer = browser.client.post(f"{address}/reject", data={**form, "comment": "Något helt annat."})
    shown = shown_after(browser, answer)
    assert ALREADY in shown
    assert "Avböjd av dig, 20 november 2026" in shown
    assert "Något helt annat." in shown
    assert FIRST not in shown


def one_for_another() -> list[tuple[Act, Act]]:
    """What one can do in one window while another shows something else to do, by the same person at the same point."""
    steps = [act for act in ACTS if "withdraw" not in act.name]
    return [
        (done, tried)
        for done in steps
        for tried in steps
        if done is not tried and (done.by, done.after) == (tried.by, tried.after)
    ]


@pytest.mark.parametrize(("done", "tried"), one_for_another(), ids=lambda act: act.name)
def test_one_step_is_not_taken_for_another(cast: Mapping[str, Cast], done: Act, tried: Act) -> None:
    """Bo took one step in another window: what he tries here has not been done, and nothing says that it has."""
    address = begun(tried, cast)
    browser = at_the_pages(cast[tried.by])
    here = {**clicked(browser, address, tried.name), **tried.fields}
    there = {**clicked(browser, address, done.name), **done.fields}
    assert done.says in shown_after(browser, browser.client.post(f"{address}/{done.name}", data=there))
    shown = shown_after(browser, browser.client.post(f"{address}/{tried.name}", data=here))
    assert ALREADY not in shown
    assert "Lotsningen har ändrats" in shown
    assert "så det du gjorde blev inte genomfört" in shown
    assert " av dig, 20 november 2026" in shown
    assert str(tried.fields.get("comment", "")) in shown
    if tried.name not in BUTTONS and done.name != "start":
        # looked for only, when the other has been done
        later = shown_after(browser, browser.get(f"{address}/{tried.name}"))
        assert ALREADY not in later
        assert "Det här går inte längre att göra med lotsningen." in later


def test_a_form_that_is_opened_too_late_says_so(cast: Mapping[str, Cast]) -> None:
    """Nothing was tried, so nothing is said to have failed."""
    address = begun(ACTS[0], cast)
    bo = at_the_pages(cast["bo"])
    bo.client.post(f"{address}/reject", data={**clicked(bo, address, "reject"), "reason": "outside-area"})
    shown = shown_after(bo, bo.get(f"{address}/reject"))
    assert "Det här går inte längre att göra med lotsningen." in shown
    assert "Avböjd av dig" in shown


def test_a_scope_that_is_withdrawn_already_does_not_stop_the_others(room: Room, cast: Mapping[str, Cast]) -> None:
    """Alva withdraws one, Bo had both ticked: the rest is withdrawn too, instead of nothing."""
    act = ACTS[5]
    address = begun(act, cast)
    browser, bo = at_the_pages(cast["alva"]), at_the_pages(cast["bo"])
    form = clicked(bo, address, "withdraw-consent")
    browser.client.post(f"{address}/withdraw-consent", data={**clicked(browser, address, act.name), **act.fields})
    both = ["tell-referrer-what-happened", "share-with-receiving-unit"]
    answer = bo.client.post(f"{address}/withdraw-consent", data={**form, "carer": both})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    (kept,) = room.ask("SELECT withdrawn_scopes FROM consents")
    assert sorted(kept[0]) == sorted(both)
    # with nothing left there is no form either
    assert bo.get(f"{address}/withdraw-consent").status_code == 303


def test_the_api_still_says_that_somebody_was_first(cast: Mapping[str, Cast]) -> None:
    """Systems have their Idempotency-Key; without one, the second asking is another one."""
    referral_id = cast["alva"].send().json["id"]
    assert cast["bo"].step("accept", referral_id, 1).status_code == 200
    assert cast["bo"].step("accept", referral_id, 1).status_code == 412
