"""Contents are closed while the directory is silent, and one's own work goes on (fault 48)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from services.referral.service import Referral
from services.referral.web import create_app
from services.referral.web.receipt.pages import RECEIPT_GOES_ON
from shared.contracts.directory import DirectoryIsThere
from shared.contracts.envelope import Envelope
from shared.messaging.receive.handler import _once
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.heartbeat import TABLE
from tests.integration.referral.conftest import API, Cast, Room, at_the_pages
from tests.support.builders.bodies import a_referral
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import session_ended
from tests.support.cast import NOON

pytestmark = pytest.mark.hearing
CLOSED = "Lotsa kan just nu inte vara säker på vem som får se det här"
WITHIN = timedelta(seconds=45)


@pytest.fixture
def room(room: Room) -> Iterator[Room]:
    """An app that has not heard anything yet, and nothing of an earlier test is in its database."""
    with room.parts.engine.begin() as connection:
        connection.execute(text(f"UPDATE {TABLE} SET heard_at = '2000-01-01Z'"))
    before, room.app = room.app, create_app(parts=room.parts)
    yield room
    room.app = before


@pytest.fixture
def cast(room: Room, alva: Cast, bo: Cast) -> tuple[Cast, Cast]:
    """Alva and Bo in front of that app."""
    for somebody in (alva, bo):
        somebody.client = room.app.test_client()
    return alva, bo


def a_word(said_at: datetime) -> Envelope:
    """The directory says that it is there: its envelope's time is all there is."""
    return an_envelope(DirectoryIsThere(after=()), time=said_at)


def says_so(room: Room, said_at: datetime) -> None:
    """The directory's word comes, as the bus brings it."""
    envelope = a_word(said_at)
    with room.service.unit_of_work(envelope) as uow:
        room.service.keep_the_directory(envelope.contract(), uow)
        uow.commit()


@pytest.mark.holds("closed-while-the-directory-is-silent", "opens-again-by-itself")
def test_contents_close_when_the_directory_has_been_silent_and_open_again(room: Room, cast: tuple[Cast, Cast]) -> None:
    """Never heard: closed. Heard: open for 45 seconds and no longer. Heard again: open, with nobody's doing."""
    alva, bo = cast
    sent = alva.send().json["id"]
    ways: list[Callable[[], Any]] = [
        lambda: bo.open(sent),
        lambda: bo.ask("GET", "/referrals"),
        lambda: at_the_pages(bo, room.clock.now()).get("/referral/"),
        lambda: at_the_pages(bo, room.clock.now()).get(f"/referral/referrals/{sent}"),
        lambda: at_the_pages(alva, room.clock.now()).get(f"/referral/referrals/{sent}"),
    ]

    def answers() -> set[int]:
        return {way().status_code for way in ways}

    assert answers() == {503}
    for moment in (NOON, NOON + timedelta(hours=1)):
        room.clock.move_to(moment)
        says_so(room, moment)
        assert answers() == {200}
        room.clock.advance(WITHIN)
        assert answers() == {200}
        room.clock.advance(timedelta(seconds=1))
        assert answers() == {503}


def test_it_says_why_and_when(room: Room, cast: tuple[Cast, Cast]) -> None:
    """A page in plain Swedish; for systems a problem document, and after how long to ask again."""
    _, bo = cast
    answer = bo.ask("GET", "/referrals")
    assert (answer.status_code, answer.headers["Retry-After"], answer.mimetype) == (
        503,
        "10",
        "application/problem+json",
    )
    assert answer.json["type"] == "urn:lotsa:problem:directory-not-heard"
    page = at_the_pages(bo, room.clock.now()).get("/referral/?show=closed")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert CLOSED in page.text
    assert "öppnas av sig självt" in page.text
    assert 'href="/referral/?show=closed"' in page.text, "trying again leads to what was asked for"


@pytest.mark.holds("sending-goes-on")
def test_writing_and_sending_go_on(room: Room, cast: tuple[Cast, Cast]) -> None:
    """Drafts are there, a referral is sent by API and by page, and its sender is told so; a colleague is not."""
    alva, _ = cast
    assert alva.send().status_code == 201
    draft = alva.ask("POST", "/drafts", {"answers": {}}).json["id"]
    assert alva.ask("GET", f"/drafts/{draft}").status_code == 200
    assert alva.ask("GET", "/codes/target-groups").status_code == 200
    browser = at_the_pages(alva, room.clock.now())
    start = browser.get("/referral/")
    assert start.status_code == 503
    assert CLOSED in start.text
    assert f"/referral/drafts/{draft}" in start.text
    assert browser.get(f"/referral/new/{uuid4()}").status_code == 200
    sent = alva.send(a_referral()).json["id"]
    receipt = f"/referral/referrals/{sent}/receipt"
    assert browser.get(receipt).status_code == 200
    colleague = room.somebody("anna", alva.actor.role, alva.actor.unit_id)
    colleague.client = room.app.test_client()
    assert at_the_pages(colleague, room.clock.now()).get(receipt).status_code == 503
    room.clock.advance(RECEIPT_GOES_ON - timedelta(seconds=1))
    assert browser.get(receipt).status_code == 200
    room.clock.advance(timedelta(seconds=1))
    assert browser.get(receipt).status_code == 503, "whoever sent it may have lost their assignment since"


def test_nothing_is_changed_either(room: Room, cast: tuple[Cast, Cast]) -> None:
    """Whose assignment may have ended takes no step in others' referrals; the referral is as it was."""
    alva, bo = cast
    sent = alva.send().json
    assert bo.step("accept", sent["id"]).status_code == 503
    assert room.ask("SELECT version FROM referrals")[0].version == 1


def test_whoever_may_not_come_in_is_told_that_first(room: Room, cast: tuple[Cast, Cast]) -> None:
    """No session is no session, whatever is heard."""
    stranger = room.app.test_client()
    assert stranger.get("/referral/").status_code == 303
    assert stranger.get(f"{API}/referrals").status_code == 401


@pytest.mark.parametrize(
    ("said", "came", "asked", "open_"),
    [
        (0, 0, 45, True),
        (0, 0, 46, False),
        (0, 30, 44, True),  # late: what counts is when it was said
        (0, 30, 46, False),
        (600, 0, 45, True),  # a clock that is ahead is not believed beyond the moment it was heard
        (600, 0, 46, False),
        (0, 0, -5, True),  # this process's clock is a little behind the bus's
        (0, 0, -6, False),  # or so far that nothing can be said
    ],
)
def test_the_earlier_of_two_clocks_counts(
    room: Room, cast: tuple[Cast, Cast], said: int, came: int, asked: int, open_: bool
) -> None:
    """Seconds after noon at which the directory said it, it came here, and somebody asks."""
    _, bo = cast
    room.clock.move_to(NOON + timedelta(seconds=came))
    says_so(room, NOON + timedelta(seconds=said))
    room.clock.move_to(NOON + timedelta(seconds=asked))
    assert bo.ask("GET", "/referrals").status_code == (200 if open_ else 503)


def test_a_clock_that_is_put_right_does_not_close_for_long(room: Room, cast: tuple[Cast, Cast]) -> None:
    """Both clocks were an hour ahead and are not any more: the next word counts. An old one changes nothing."""
    _, bo = cast
    room.clock.move_to(NOON + timedelta(hours=1))
    says_so(room, NOON + timedelta(hours=1))
    room.clock.move_to(NOON)
    assert bo.ask("GET", "/referrals").status_code == 503
    says_so(room, NOON)
    assert bo.ask("GET", "/referrals").status_code == 200
    says_so(room, NOON - timedelta(minutes=5))
    assert bo.ask("GET", "/referrals").status_code == 200


def test_of_a_hundred_words_one_row_is_left(room: Room) -> None:
    """As the bus carries them out: no inbox remembers them, and what an end of a session needs is remembered."""
    queue = next(each for each in subscriptions_of(Referral) if each.listens_to(DirectoryIsThere.event_type))
    delivery = SimpleNamespace(subscription=queue)

    def remembered() -> int:
        return int(room.ask("SELECT count(*) FROM inbox")[0][0])

    before = remembered()
    for seconds in range(100):
        word = a_word(NOON + timedelta(seconds=seconds))
        _once(room.service, Referral.keep_the_directory, delivery, word, word.contract())  # type: ignore[arg-type]
    assert remembered() == before
    assert [row[0] for row in room.ask(f"SELECT count(*) FROM {TABLE}")] == [1]
    ended = session_ended()
    envelope = replace(a_word(NOON), type=ended.event_type, data=ended.to_data(), sequence=1)
    for _ in range(2):
        _once(room.service, Referral.keep_the_directory, delivery, envelope, ended)  # type: ignore[arg-type]
    assert remembered() == before + 1


def test_the_database_is_asked_seldom(room: Room, cast: tuple[Cast, Cast], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once heard, no request asks again until that is old; and then sees at once that it has been heard since."""
    _, bo = cast
    says_so(room, NOON)
    asked = _counted(room.app, monkeypatch)
    for _ in range(3):
        assert bo.ask("GET", "/referrals").status_code == 200
    assert len(asked) == 1
    room.clock.advance(timedelta(seconds=40))
    says_so(room, room.clock.now())
    room.clock.advance(timedelta(seconds=6))
    assert bo.ask("GET", "/referrals").status_code == 200
    assert len(asked) == 2


def _counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    asked: list[None] = []
    hearing = app.extensions["lotsa"].hearing
    true = hearing.heard_at

    def counting() -> datetime | None:
        asked.append(None)
        return true()

    monkeypatch.setattr(hearing, "heard_at", counting)
    return asked
