"""A form that came after its sender's idle half hour: kept for that sender alone, and carried out once they say so."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from services.referral.domain.lifecycle import Action
from services.referral.web.held_forms import KINDS
from shared.contracts.directory import AssignmentEnded
from shared.kernel.held_form import AT_MOST, LARGEST, Reason, Writer
from shared.storage.held_forms import FormStore, HeldForms
from shared.web.forms import waiting_form
from tests.integration.referral.conftest import AtThePages, Cast, Room, at_the_pages
from tests.integration.referral.test_draft_sent_once import together
from tests.integration.referral.test_nobody_else import attempts
from tests.support.builders import answers
from tests.support.builders.events import session_ended
from tests.support.cast import FRANS, NOON
from tests.support.sessions import sign_out, state_of
from tests.support.written_log import written_log

NAME = FRANS.name
FIRST_STEP = f"/referral/new/{uuid4()}"
TYPED: dict[str, Any] = answers.carer(channels="phone")
WAITS = re.compile(r'href="/directory/login\?next=(/referral/held-form/[0-9a-f-]+)"')
MOST = AT_MOST[Reason.EXPIRED_SESSION] or 0
LOST = "Det du nyss skickade sparades inte"
KEPT = "Det är sparat krypterat i 12 timmar"


def sent_late(room: Room, who: Cast, path: str = FIRST_STEP, *, minutes: float = 31, **fields: Any) -> Any:
    """The answer to a form that was opened in time and sent when its sender had been signed out."""
    browser = at_the_pages(who, room.clock.now())
    hidden = hidden_in(browser.get(path).text)
    room.clock.advance(timedelta(minutes=minutes))
    return browser.client.post(path, data={**hidden, **(fields or TYPED)}, follow_redirects=True)


def hidden_in(page: str) -> dict[str, str]:
    """A form's token, and its version if it has one."""
    return dict(re.findall(r'name="(csrf_token|version)" value="([^"]*)"', page))


def place_in(answer: Any) -> str:
    """Where the held form waits."""
    found = WAITS.search(answer.text)
    assert found, answer.text
    return found[1]


def again(room: Room, who: Cast) -> AtThePages:
    """The same person, signed in anew."""
    return at_the_pages(who, room.clock.now())


def rows(room: Room) -> int:
    """How many forms are kept; where one has led that was carried out is no form."""
    kept = "expires_at - held_at > interval '1 hour'"
    return int(room.ask(f"SELECT count(*) FROM held_forms WHERE {kept}")[0][0])


@pytest.mark.holds("late-form-is-sent-after-signing-in", "a-late-form-is-mostly-kept")
def test_what_was_typed_is_there_after_signing_in_and_is_sent_once(room: Room, alva: Cast) -> None:
    """The very form's own view answers; then there is nothing left to send."""
    answer = sent_late(room, alva)
    assert answer.status_code == 403
    assert KEPT in answer.text
    assert LOST not in answer.text
    assert room.ask("SELECT 1 FROM drafts") == []
    place, browser = place_in(answer), again(room, alva)
    page = browser.get(place).text
    assert "Formuläret är det första steget i en ny lotsning" in page
    assert "20 november 2026 kl. 13.31" in page
    assert NAME not in page, "what was typed would lie in the browser's files"
    sent = browser.post(place, place, do="send")
    assert sent.status_code == 303
    assert sent.headers["Location"].endswith("/support")
    assert NAME in browser.get(sent.headers["Location"].replace("/support", "/carer")).text
    assert rows(room) == 0
    for again_asked in (browser.post(place, FIRST_STEP, do="send"), browser.get(place)):
        assert again_asked.headers["Location"] == sent.headers["Location"], "a second click is led where the first was"
    assert browser.post(place, FIRST_STEP, do="discard").headers["Location"] == sent.headers["Location"]
    assert "Inget skickades" not in browser.get("/referral/").text, "something was"
    room.clock.advance(timedelta(hours=1))
    assert again(room, alva).post(place, FIRST_STEP, do="send").status_code == 404
    assert len(room.ask("SELECT 1 FROM drafts")) == 1


def test_the_page_that_says_so_can_be_loaded_again(room: Room, alva: Cast) -> None:
    """It answers no form: nothing typed lies behind it, and loading it sends nothing. Another browser sees nothing."""
    answer = sent_late(room, alva)
    place = place_in(answer)
    assert [(each.status_code, each.location) for each in answer.history] == [(303, place)]
    assert KEPT in alva.client.get(place).text
    assert rows(room) == 1
    elsewhere = room.app.test_client().get(place)
    assert (elsewhere.status_code, elsewhere.location) == (303, f"/directory/login?next={place}")


def test_the_address_that_it_had_before_still_answers(room: Room, alva: Cast) -> None:
    """A form may wait over an update, and its page may be open: it is shown there, and sent."""
    place = place_in(sent_late(room, alva))
    before, browser = place.replace("/held-form/", "/lapsed-form/"), again(room, alva)
    page = browser.get(before)
    assert page.status_code == 200
    assert f'action="{place}"' in page.text
    sent = browser.post(before, before, do="send")
    assert sent.headers["Location"].endswith("/support")
    assert browser.get(before).headers["Location"] == sent.headers["Location"]


def test_whoever_throws_it_away_has_sent_nothing(room: Room, alva: Cast) -> None:
    """It is gone with its key, and the next page says so."""
    place, browser = place_in(sent_late(room, alva)), again(room, alva)
    assert browser.post(place, place, do="discard").headers["Location"] == "/referral/"
    assert "Det du hade fyllt i är borta. Inget skickades." in browser.get("/referral/").text
    assert (rows(room), room.ask("SELECT 1 FROM drafts")) == (0, [])
    assert browser.get(place).status_code == 404


@pytest.mark.holds("late-form-is-kept-sealed")
def test_it_is_kept_sealed_and_without_its_token(room: Room, alva: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the table, the address nor the log says what was typed, or to which page."""
    with caplog.at_level(logging.DEBUG):
        place = place_in(sent_late(room, alva))
    (row,) = room.ask("SELECT form, reason, held_at, expires_at FROM held_forms")
    assert (row.reason, row.expires_at - row.held_at) == ("expired-session", timedelta(hours=12))
    for trace in (bytes(row.form), place.encode(), caplog.text.encode()):
        assert b"Frans" not in trace
        assert FIRST_STEP.encode() not in trace
    with store(room).of(sender(alva)) as forms:
        kept = forms.find(UUID(place.rsplit("/", 1)[1]), room.clock.now())
    assert kept is not None
    assert {name for name, _ in kept.typed["fields"]} == set(TYPED)


def test_another_person_or_assignment_finds_nothing_and_is_recorded(room: Room, alva: Cast, cilla: Cast) -> None:
    """A colleague at the same computer, and Alva herself in another role: 404, to look, to send and to throw away."""
    place = place_in(sent_late(room, alva))
    other = room.somebody("alva", alva.actor.role, cilla.actor.unit_id)
    colleague = room.somebody("anna", alva.actor.role, alva.actor.unit_id)
    for stranger in (other, colleague, cilla):
        browser = again(room, stranger)
        assert browser.get(place).status_code == 404
        for wish in ("send", "discard"):
            assert browser.post(place, "/referral/", do=wish).status_code == 404
    form_id = UUID(place.rsplit("/", 1)[1])
    for who in (colleague, cilla):
        assert attempts(room, who) == [(f"attempt.{Action.OPEN}", "refused", [form_id])] * 3
    assert rows(room) == 1
    assert room.ask("SELECT 1 FROM drafts") == []


def test_the_cookie_of_a_session_that_was_signed_out_keeps_nothing(room: Room, alva: Cast) -> None:
    """Stolen and used after the sign-out, with a page's right token."""
    browser = at_the_pages(alva)
    hidden = hidden_in(browser.get(FIRST_STEP).text)
    session_id = state_of(alva.client).session_id
    room.hear(session_ended(session_id=session_id, expires_at=NOON + timedelta(hours=12)))
    room.clock.advance(timedelta(minutes=31))
    answer = browser.client.post(FIRST_STEP, data={**hidden, **TYPED})
    assert (answer.status_code, LOST in answer.text, rows(room)) == (403, True, 0)


@pytest.mark.parametrize("token", ["", "InZlcnkgd3Jvbmci.aSBY7A.wrong"])
def test_a_form_without_the_right_token_keeps_nothing(room: Room, alva: Cast, token: str) -> None:
    """Another site cannot plant a form in the name of whoever left their browser open."""
    answer = sent_late(room, alva, csrf_token=token, **TYPED)
    assert (answer.status_code, LOST in answer.text, rows(room)) == (400, True, 0)


def test_after_the_sessions_twelve_hours_it_is_kept_as_well(room: Room, alva: Cast) -> None:
    """However long one worked: the session is over, and it is known for a day whose it was."""
    place = place_in(sent_late(room, alva, minutes=24 * 60 - 1))
    browser = again(room, alva)
    assert browser.post(place, place, do="send").headers["Location"].endswith("/support")


def test_after_a_day_or_without_the_assignment_nothing_is_kept_and_the_words_are_shown(room: Room, alva: Cast) -> None:
    """Nobody knows any more whose cookie it was, or the assignment has ended meanwhile."""
    lost = sent_late(room, alva, minutes=24 * 60)
    assert LOST in lost.text
    assert f">{NAME}</p>" in lost.text
    browser = again(room, alva)
    hidden = hidden_in(browser.get(FIRST_STEP).text)
    room.hear(AssignmentEnded(assignment_id=alva.actor.assignment_id, ended_at=room.clock.now()))
    room.clock.advance(timedelta(minutes=31))
    lost = browser.client.post(FIRST_STEP, data={**hidden, **TYPED})
    assert LOST in lost.text
    assert f">{NAME}</p>" in lost.text
    assert rows(room) == 0


def signed_in_anew(room: Room, browser: FlaskClient, who: Cast | None) -> None:
    """The browser's session ends by signing out; and another begins, with a form token of its own, if somebody's."""
    sign_out(browser)
    if who is not None:
        at_the_pages(replace(who, client=browser), room.clock.now())


def test_a_form_from_before_signing_out_and_in_again_is_kept_for_the_same_person(room: Room, alva: Cast) -> None:
    """Its token is the earlier session's, and says that the page was hers. It is not carried out unless she says so."""
    signed_in_anew(room, alva.client, alva)
    hidden = hidden_in(alva.client.get(FIRST_STEP).text)
    signed_in_anew(room, alva.client, alva)
    kept = alva.client.post(FIRST_STEP, data={**hidden, **TYPED})
    place = kept.headers["Location"]
    assert (kept.status_code, "/held-form/" in place, room.ask("SELECT 1 FROM drafts")) == (303, True, [])
    assert "från en sida som var öppen sedan före din senaste inloggning" in alva.client.get(place).text
    assert AtThePages(alva.client).post(place, place, do="send").headers["Location"].endswith("/support")
    assert rows(room) == 0


def test_a_form_from_somebody_elses_session_is_refused_and_shown_to_nobody(room: Room, alva: Cast, bo: Cast) -> None:
    """A colleague has signed in at the computer, and sends what she had left open: neither kept nor shown."""
    anna = room.somebody("anna", alva.actor.role, alva.actor.unit_id)
    signed_in_anew(room, alva.client, alva)
    hidden = hidden_in(alva.client.get(FIRST_STEP).text)
    # who may is asked first: an adviser writes no referral, whatever form it is
    for other, status in ((anna, 400), (bo, 403)):
        signed_in_anew(room, alva.client, other)
        refused = alva.client.post(FIRST_STEP, data={**hidden, **TYPED})
        assert (refused.status_code, NAME in refused.text, rows(room)) == (status, False, 0)


def test_a_form_that_comes_when_nobody_is_signed_in_shows_its_words(room: Room, alva: Cast) -> None:
    """She has signed out in another window: nobody knows whose it is, so it is not kept, and she can copy her words."""
    signed_in_anew(room, alva.client, alva)
    hidden = hidden_in(alva.client.get(FIRST_STEP).text)
    signed_in_anew(room, alva.client, None)
    typed = {**TYPED, "contact_note": "Ring efter fem.\r\nHälsa från biblioteket."}
    refused = alva.client.post(FIRST_STEP, data={**hidden, **typed})
    assert (refused.status_code, LOST in refused.text, rows(room)) == (400, True, 0)
    assert "halvtimme" not in refused.text, "she has signed out herself"
    shown = refused.text.replace("\r\n", "\n")
    for words in (NAME, "070-1740605", "Ring efter fem.\nHälsa från biblioteket."):
        assert f">{words}</p>" in shown
    assert "0180-sodermalm" not in refused.text.partition("Det du hade skrivit")[2], "a code, which nobody wrote"
    # of what another site sends nothing is shown
    forged = {**hidden, "csrf_token": hidden["csrf_token"] + "x"}
    assert NAME not in alva.client.post(FIRST_STEP, data={**forged, **typed}).text


@pytest.mark.parametrize(("site", "shown"), [("cross-site", 0), ("same-site", 0), ("same-origin", 1), ("none", 1)])
def test_no_other_site_has_our_page_show_its_words(room: Room, alva: Cast, site: str, shown: int) -> None:
    """An insider's token, put into another site's form, and sent by somebody who is not signed in: not one word."""
    signed_in_anew(room, alva.client, alva)
    hidden = hidden_in(alva.client.get(FIRST_STEP).text)
    words = {"name": "Ring 070-1740699 och uppge din kod"}
    answer = room.app.test_client().post(FIRST_STEP, data={**hidden, **words}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code in (400, 403)
    assert answer.text.count(words["name"]) == shown


def test_an_idle_cookie_opens_nothing(room: Room, alva: Cast) -> None:
    """It can leave a form: neither see it, nor send it, nor any other."""
    browser = at_the_pages(alva)
    hidden = hidden_in(browser.get(FIRST_STEP).text)
    idle = alva.client.get_cookie("lotsa_session")
    assert idle is not None
    room.clock.advance(timedelta(minutes=31))
    place = place_in(alva.client.post(FIRST_STEP, data={**hidden, **TYPED}, follow_redirects=True))
    thief = room.app.test_client()
    thief.set_cookie("lotsa_session", idle.value)
    for path in (place, "/referral/"):
        assert thief.get(path).headers["Location"].startswith("/directory/login")
    refused = thief.post(place, data={**hidden, "do": "send"})
    assert (refused.status_code, rows(room), room.ask("SELECT 1 FROM drafts")) == (403, 1, [])


def test_sending_and_throwing_away_need_a_token_of_their_own(room: Room, alva: Cast) -> None:
    """No other site has it sent, or gone."""
    place, browser = place_in(sent_late(room, alva)), again(room, alva)
    for wish in ("send", "discard"):
        assert browser.client.post(place, data={"do": wish}).status_code == 400
    assert browser.post(place, place, do="else").status_code == 422
    assert (rows(room), room.ask("SELECT 1 FROM drafts")) == (1, [])


@pytest.mark.holds("late-form-is-kept-sealed", "kept-until-then-removed", "a-late-form-is-mostly-kept")
def test_after_twelve_hours_it_is_gone(room: Room, alva: Cast) -> None:
    """Out of reach at once, and out of the table with the next sweep; not before."""
    place = place_in(sent_late(room, alva))
    room.clock.advance(timedelta(hours=11, minutes=59))
    room.service.sweep()
    assert again(room, alva).get(place).status_code == 200
    room.clock.advance(timedelta(minutes=1))
    browser = again(room, alva)
    assert browser.get(place).status_code == 404
    assert browser.post(place, "/referral/", do="send").status_code == 404
    room.service.sweep()
    assert rows(room) == 0


def test_a_few_are_kept_of_each_sender_the_newest(room: Room, alva: Cast, bo: Cast) -> None:
    """Nobody fills the table, and nobody's forms make another's go."""
    referral = f"/referral/referrals/{alva.send().json['id']}/reject"
    bos = place_in(sent_late(room, bo, referral, reason="outside-area"))
    places = [place_in(sent_late(room, alva)) for _ in range(MOST + 1)]
    assert rows(room) == MOST + 1
    browser = again(room, alva)
    assert [browser.get(place).status_code for place in places] == [404, *[200] * MOST]
    assert again(room, bo).get(bos).status_code == 200


def test_what_is_larger_than_any_form_of_ours_is_not_kept(room: Room, alva: Cast) -> None:
    """And what is larger than any request of ours is refused, as always."""
    assert LOST in sent_late(room, alva, name="x" * LARGEST).text
    assert sent_late(room, alva, name="x" * 1_100_000).status_code == 413
    assert rows(room) == 0


def test_the_systems_door_keeps_nothing(room: Room, alva: Cast) -> None:
    """It takes no cookie, idle or not."""
    at_the_pages(alva)
    room.clock.advance(timedelta(minutes=31))
    answer = alva.client.post("/api/referral/v1/drafts", data=TYPED)
    assert (answer.status_code, answer.mimetype, rows(room)) == (401, "application/problem+json", 0)


def test_when_it_cannot_be_kept_that_is_what_is_said(room: Room, alva: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database went away: nothing is promised, and the log names the kind of fault alone."""

    def gone(*_: object) -> None:
        raise OperationalError(f"insert {NAME}", {}, Exception(NAME))

    monkeypatch.setattr(HeldForms, "hold", gone)
    with written_log() as log:
        answer = sent_late(room, alva)
    assert (answer.status_code, LOST in answer.text) == (403, True)
    assert f'href="/directory/login?next={FIRST_STEP}"' in answer.text
    assert [(line["event"], line["error"]) for line in log.lines] == [("form not kept", "OperationalError")]
    assert NAME not in log.text


def test_a_form_whose_page_has_moved_on_is_answered_by_that_page(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo declines late what a colleague has accepted: he is told, with his words, as whoever comes second is."""
    referral_id = alva.send().json["id"]
    form = f"/referral/referrals/{referral_id}/reject"
    place = place_in(sent_late(room, bo, form, reason="other", comment="Vi har redan ringt."))
    room.somebody("bodil", bo.actor.role, bo.actor.unit_id).step("accept", referral_id)
    browser = again(room, bo)
    sent = browser.post(place, place, do="send")
    assert sent.headers["Location"] == f"/referral/referrals/{referral_id}/moved?form=reject"
    assert "Vi har redan ringt." in browser.get(sent.headers["Location"]).text
    assert rows(room) == 0
    assert room.ask("SELECT state FROM referrals")[0].state == "accepted"


def test_a_form_that_has_no_effect_is_still_kept(room: Room, alva: Cast) -> None:
    """The draft that it belongs to is gone: its door says so, on record, and what was typed still waits."""
    draft = alva.ask("POST", "/drafts", {"answers": {}}).json["id"]
    place = place_in(sent_late(room, alva, f"/referral/drafts/{draft}/carer"))
    alva.ask("DELETE", f"/drafts/{draft}")
    browser = again(room, alva)
    assert browser.post(place, place, do="send").status_code == 404
    assert attempts(room, alva)[-1][2] == [UUID(draft)]
    assert browser.get(place).status_code == 200


def test_two_clicks_at_once_end_on_the_same_draft(room: Room, alva: Cast) -> None:
    """Of a first step that came too late: there is one draft, and both are led to it. Tried five times."""
    for number in range(1, 6):
        place = place_in(sent_late(room, alva, f"/referral/new/{uuid4()}"))
        client = again(room, alva).client
        data = {**hidden_in(client.get(place).text), "do": "send"}
        answers = together(*[lambda at=place, data=data, client=client: client.post(at, data=data)] * 2)
        assert [each.status_code for each in answers] == [303, 303], answers[1].text
        assert len({each.headers["Location"] for each in answers}) == 1
        assert "/drafts/" in answers[0].headers["Location"]
        assert len(room.ask("SELECT 1 FROM drafts")) == number


def test_of_two_who_send_it_at_once_one_does(room: Room, alva: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, and is told that it is under way. What took it and died keeps it for a minute."""
    monkeypatch.setattr(waiting_form, "PATIENCE_SECONDS", 0.2)
    place, browser = place_in(sent_late(room, alva)), again(room, alva)
    with store(room).of(sender(alva)) as forms:
        assert forms.take(UUID(place.rsplit("/", 1)[1]), room.clock.now())
    assert browser.post(place, place, do="send").status_code == 409
    assert room.ask("SELECT 1 FROM drafts") == []
    room.clock.advance(timedelta(minutes=1))
    assert browser.post(place, place, do="send").status_code == 303


def store(room: Room) -> FormStore:
    """Where the service holds them."""
    return FormStore(room.parts.engine, room.parts.opening.master)


def sender(who: Cast) -> Writer:
    """As a sender of forms."""
    return Writer(who.actor.user, who.actor.assignment_id)


def test_forms_from_two_windows_are_both_kept(room: Room, alva: Cast) -> None:
    """The first one, and a look at another page in between, leave the second its sender."""
    browser = at_the_pages(alva, room.clock.now())
    hidden = hidden_in(browser.get(FIRST_STEP).text)
    room.clock.advance(timedelta(minutes=31))
    for _ in range(2):
        answer = browser.client.post(FIRST_STEP, data={**hidden, **TYPED}, follow_redirects=True)
        assert KEPT in answer.text
        assert browser.client.get("/referral/").status_code == 303
    assert rows(room) == 2


def test_what_a_form_is_about_is_said_of_pages_that_there_are(room: Room) -> None:
    """A page that is renamed takes its sentence along."""
    assert set(KINDS) <= set(room.app.view_functions)
