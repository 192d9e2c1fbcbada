"""A draft is parsed once in a request, by whichever of its doors; not at all where nothing is asked of its steps."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.draft import ORDER, WrittenDraft
from services.referral.web import API as OPERATIONS
from services.referral.web.draft import open as opening
from services.referral.web.draft.parse import parse
from shared.kernel.actor import Actor
from tests.integration.referral.conftest import AtThePages, Cast, at_the_pages
from tests.support.builders.answers import EVERY_ANSWER
from tests.support.builders.bodies import a_referral
from tests.support.page_forms import form_of
from tests.support.tracing import PARSES, traced

SUBJECT = "services.referral.web.draft"
API, PAGES = "/api/referral/v1", "/referral"
A_DRAFT = f"{PAGES}/drafts/<uuid:draft_id>"
# a change of each step, to what else would have been right
CHANGES: dict[str, dict[str, Any]] = {
    "carer": {"contact_note": "Ring inte efter tre."},
    "support": {"priority": "routine"},
    "consent": {"tell_referrer": "no"},
    "other-consent": {"tell_carer": "yes"},
    "situation": {"person_name": "Gun P"},
    "receiver": {},
}


@dataclass
class Desk:
    """Alva at her pages and her system, with a draft in which everything is answered."""

    alva: Cast
    browser: AtThePages
    draft: str

    @property
    def at(self) -> str:
        """Where the draft's pages are."""
        return f"{PAGES}/drafts/{self.draft}"

    def sends(self, page: str, **changes: Any) -> Any:
        """The form of a page, changed."""
        form = form_of(self.browser.get(page).text, page)
        return self.browser.client.post(page, data=form.typed(**changes))


Act = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One way through a door. ``prepare``: what comes before, and the request that is followed."""

    door: str
    what: str
    parses: int
    prepare: Callable[[Desk], Act]


def doors_of(app: Flask) -> set[str]:
    """Every method and address of the subject's pages and API."""
    pages = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if inspect.unwrap(app.view_functions[rule.endpoint]).__module__.startswith(SUBJECT)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    asked = (each for each in OPERATIONS.operations if each.view.__module__.startswith(SUBJECT))
    return pages | {f"{each.method} {API}{each.path}" for each in asked}


def cases() -> Iterator[Case]:
    """At least one for each door."""
    yield from beginnings()
    for step in ORDER:
        yield Case(f"GET {A_DRAFT}/<step>", step, 1, _gets(f"/{step}"))
        yield from savings(step)
    yield Case(f"GET {A_DRAFT}", "resumed", 1, _gets(""))
    yield Case(f"GET {A_DRAFT}/check", "whole", 1, _gets("/check"))
    yield Case(f"POST {A_DRAFT}/send", "sent", 1, _sending)
    yield Case(f"POST {A_DRAFT}/send", "clicked twice", 0, _sent_before)
    yield Case(f"POST {A_DRAFT}/send", "changed since it was read", 1, _changed_meanwhile)
    yield Case(f"GET {A_DRAFT}/discard", "asked", 0, _gets("/discard"))
    yield Case(f"POST {A_DRAFT}/discard", "thrown away", 0, _discarding)
    yield from by_a_system()


def _gets(rest: str) -> Callable[[Desk], Act]:
    return lambda desk: lambda: desk.browser.get(desk.at + rest)


def beginnings() -> Iterator[Case]:
    """Before there is a draft."""

    def begins(desk: Desk, *, twice: bool = False, **changes: Any) -> Act:
        page = f"{PAGES}/new/{uuid4()}"
        shown = form_of(desk.browser.get(page).text, page).typed(name="Rut Provsson", **changes)
        if twice:
            desk.browser.client.post(page, data=shown)
        return lambda: desk.browser.client.post(page, data=shown)

    at = f"{PAGES}/new/<uuid:begun>"
    yield Case(f"GET {PAGES}/new", "asked for", 0, lambda desk: lambda: desk.browser.get(f"{PAGES}/new"))
    yield Case(f"GET {at}", "empty", 0, lambda desk: lambda: desk.browser.get(f"{PAGES}/new/{uuid4()}"))
    yield Case(f"POST {at}", "begun", 1, begins)
    yield Case(f"POST {at}", "left", 0, lambda desk: begins(desk, go="back"))
    yield Case(f"POST {at}", "begun twice", 1, lambda desk: begins(desk, twice=True))


def savings(step: str) -> Iterator[Case]:
    """A step's form: saved, left, from an older window, and before its turn."""
    door = f"POST {A_DRAFT}/<step>"

    def saved(desk: Desk, **changes: Any) -> Act:
        page = f"{desk.at}/{step}"
        form = form_of(desk.browser.get(page).text, page)
        return lambda: desk.browser.client.post(page, data=form.typed(**CHANGES[step], **changes))

    def from_an_older_window(desk: Desk) -> Act:
        act = saved(desk)
        desk.sends(f"{desk.at}/support", why="Något annat.")
        return act

    def before_its_turn(desk: Desk) -> Act:
        act = saved(desk)
        kept = desk.alva.ask("GET", f"/drafts/{desk.draft}")
        first = {"carer": {**EVERY_ANSWER["carer"], "name": ""}}
        desk.alva.ask(
            "PUT", f"/drafts/{desk.draft}", {"answers": {**EVERY_ANSWER, **first}}, If_Match=kept.headers["ETag"]
        )
        return act

    yield Case(door, f"{step} saved", 1, saved)
    yield Case(door, f"{step} left", 1, lambda desk: saved(desk, go="back"))
    yield Case(door, f"{step} from an older window", 1, from_an_older_window)
    yield Case(door, f"{step} before its turn", 1, before_its_turn)


def _sending(desk: Desk) -> Act:
    form = form_of(desk.browser.get(f"{desk.at}/check").text, f"{desk.at}/send")
    return lambda: desk.browser.client.post(form.action, data=form.typed())


def _sent_before(desk: Desk) -> Act:
    act = _sending(desk)
    act()
    return act


def _changed_meanwhile(desk: Desk) -> Act:
    act = _sending(desk)
    desk.sends(f"{desk.at}/support", why="Något annat.")
    return act


def _discarding(desk: Desk) -> Act:
    form = form_of(desk.browser.get(f"{desk.at}/discard").text, f"{desk.at}/discard")
    return lambda: desk.browser.client.post(form.action, data=form.typed())


def by_a_system() -> Iterator[Case]:
    """What is sent is typed by nobody: no page's form reads it."""
    one = f"{API}/drafts/<uuid:draft_id>"

    def put(desk: Desk) -> Act:
        tag = desk.alva.ask("GET", f"/drafts/{desk.draft}").headers["ETag"]
        return lambda: desk.alva.ask("PUT", f"/drafts/{desk.draft}", {"answers": EVERY_ANSWER}, If_Match=tag)

    def sends_of_draft(desk: Desk) -> Act:
        return lambda: desk.alva.send(a_referral(draft_id=desk.draft))

    def asked(method: str, path: str, body: Any = None) -> Callable[[Desk], Act]:
        return lambda desk: lambda: desk.alva.ask(method, path.format(desk.draft), body)

    yield Case(f"POST {API}/drafts", "kept", 0, asked("POST", "/drafts", {"answers": EVERY_ANSWER}))
    yield Case(f"GET {one}", "read", 0, asked("GET", "/drafts/{}"))
    yield Case(f"PUT {one}", "changed", 0, put)
    yield Case(f"DELETE {one}", "thrown away", 0, asked("DELETE", "/drafts/{}"))
    yield Case(f"POST {API}/referrals", "sent", 0, lambda desk: lambda: desk.alva.send())
    yield Case(f"POST {API}/referrals", "sent, with its draft", 0, sends_of_draft)
    yield Case(f"GET {API}/routing-proposal", "proposed", 0, asked("GET", "/routing-proposal?area=0180-sodermalm"))
    yield Case(f"GET {API}/consent-texts", "listed", 0, asked("GET", "/consent-texts"))
    yield Case(f"GET {API}/codes/<string:list_name>", "listed", 0, asked("GET", "/codes/outcomes"))


CASES = tuple(cases())


@pytest.fixture
def desk(alva: Cast) -> Desk:
    """Alva's."""
    draft = alva.ask("POST", "/drafts", {"answers": EVERY_ANSWER}).json["id"]
    return Desk(alva, at_the_pages(alva), draft)


def parses_of(act: Act) -> int:
    """How often a draft is parsed in a request, which is answered as a right one is."""
    with traced() as way:
        answer = act()
    assert answer.status_code in (200, 201, 204, 303), answer.text
    return way.times(*PARSES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.door} {case.what}")
def test_a_draft_is_parsed_once_in_a_request(case: Case, desk: Desk) -> None:
    """However it is asked for."""
    assert parses_of(case.prepare(desk)) == case.parses


def test_every_door_is_gone_through(alva: Cast) -> None:
    """None of the subject's routes is left out, and none is gone that is named here."""
    assert {case.door for case in CASES} == doors_of(alva.client.application)


# the last of each door: what begins a draft does not open it first, but where it has been begun before
OPENED = {case.door: case for case in CASES if case.parses}


@pytest.mark.parametrize("door", OPENED)
def test_a_second_parse_would_be_found(door: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever door it is behind: a draft that is parsed already when it is opened is parsed again there."""
    act = OPENED[door].prepare(desk)
    typed = opening.typed_draft

    def parsed(draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork, *, waits: bool = False) -> WrittenDraft:
        return parse(typed(draft_id, actor, uow, waits=waits))

    for module in ("open", "pages", "save_step"):
        monkeypatch.setattr(f"{SUBJECT}.{module}.typed_draft", parsed)
    assert parses_of(act) > OPENED[door].parses
