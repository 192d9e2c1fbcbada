"""The cookie: what it allows, and what ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.environment import SettingsAreWrong
from shared.web.session import own_cookie, session_cookie
from shared.web.who import expired_session
from tests.support.sessions import state_of
from tests.support.web_gallery import ALVA
from tests.unit.web.conftest import START, World, csrf_in

SignIn = Callable[[str], None]


def test_all_forms_of_a_page_have_one_token_and_no_two_pages_the_same(client: FlaskClient, sign_in: SignIn) -> None:
    """It is signed over something random, since pages are packed (BREACH): once for a page, however many forms."""
    sign_in("alva")
    pages = [re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/directory/assignment").text) for _ in "ab"]
    assert all(len(tokens) > 1 and len(set(tokens)) == 1 for tokens in pages)
    assert pages[0][0] != pages[1][0]


def test_the_cookie_is_for_this_origin_and_no_script(client: FlaskClient, sign_in: SignIn) -> None:
    """HttpOnly, SameSite=Lax, path /, and gone when the browser closes."""
    sign_in("alva")
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.expires) == (True, "Lax", "/", None)


@pytest.mark.holds("signed-out-after-half-an-hour", "half-an-hour-then-out")
def test_thirty_minutes_without_a_request_end_the_session(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Idle time-out: 30 minutes are fine, a moment more is not."""
    sign_in("alva")
    world.clock.advance(timedelta(minutes=30))
    assert client.get("/directory/assignment").status_code == 200
    world.clock.advance(timedelta(minutes=30, seconds=1))
    answer = client.get("/directory/assignment")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/directory/login?next=/directory/assignment"


@pytest.mark.holds("twelve-hours-then-out")
def test_requests_keep_it_alive_but_not_past_twelve_hours(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """However busy somebody is, they sign in anew after 12 hours."""
    sign_in("alva")
    for _ in range(28):
        world.clock.advance(timedelta(minutes=25))
        assert client.get("/directory/assignment").status_code == 200
    world.clock.move_to(START + timedelta(hours=12))
    assert client.get("/directory/assignment").status_code == 303


def test_signing_in_begins_a_new_session(client: FlaskClient, sign_in: SignIn, world: World) -> None:
    """The session id never survives, and another person's form token does not (session fixation).

    The same person's does: what they typed in another window can still be sent.
    """
    sign_in("alva")
    first = csrf_in(client.get("/directory/assignment").text)
    sign_in("alva")
    ids = [told for kind, told in world.hooks.told if kind == "in"]
    assert len(set(ids)) == 2
    assert client.post("/directory/boats", data={"csrf_token": first}).status_code == 200
    sign_in("bo")
    assert client.post("/directory/boats", data={"csrf_token": first}).status_code == 400


@pytest.mark.parametrize("minutes", [0, 31, 12 * 60 + 1, 24 * 60 + 1])
def test_whoever_holds_a_copy_of_an_ended_session_knows_nothing_of_the_next(
    world: World, client: FlaskClient, sign_in: SignIn, minutes: int
) -> None:
    """Signed out everywhere, and in again over the very cookie that was copied: the secret of forms is another."""
    sign_in("alva")
    copied = state_of(client)
    token = csrf_in(client.get("/directory/assignment").text)
    page = csrf_in(client.get("/directory/login").text)
    world.staff.ended.add(copied.session_id)
    world.clock.advance(timedelta(minutes=minutes))
    # straight to the door, as a way back from the provider comes: no page between has the cookie taken away
    form = {"csrf_token": page, "who": "alva"}
    assert client.post("/directory/login/demo", data=form).status_code == 303
    now = state_of(client)
    assert now.session_id != copied.session_id
    assert now.form_secret != copied.form_secret
    assert client.post("/directory/boats", data={"csrf_token": token}).status_code == 400


def test_signing_in_again_ends_the_session_before(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """A copy of its cookie opens nothing any more, and neither does one that had idled away."""
    copies = []
    for minutes in (1, 31, 0):
        sign_in("alva")
        client.get("/directory/assignment")
        copy = client.get_cookie("lotsa_session")
        assert copy is not None
        copies.append(copy.value)
        world.clock.advance(timedelta(minutes=minutes))
    ids = [told for kind, told in world.hooks.told if kind == "in"]
    assert [told for kind, told in world.hooks.told if kind == "out"] == ids[:-1]
    client.set_cookie("lotsa_session", copies[1])
    assert client.get("/directory/assignment").status_code == 303
    client.set_cookie("lotsa_session", copies[2])
    assert client.get("/directory/assignment").status_code == 200


def test_a_changed_cookie_is_no_cookie(client: FlaskClient, sign_in: SignIn) -> None:
    """One character more, and the signature does not hold."""
    sign_in("alva")
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    client.set_cookie("lotsa_session", "x" + cookie.value)
    assert client.get("/directory/assignment").status_code == 303


def test_signing_out_ends_the_session_for_a_copied_cookie_too(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    """The session id is told to all services, so an old copy of the cookie opens nothing."""
    sign_in("alva")
    copy = client.get_cookie("lotsa_session")
    assert copy is not None
    token = csrf_in(client.get("/directory/assignment").text)
    copy = client.get_cookie("lotsa_session")
    assert copy is not None
    answer = client.post("/directory/logout", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/directory/signed-out")
    assert client.get("/directory/assignment").status_code == 303
    client.set_cookie("lotsa_session", copy.value)
    assert client.get("/directory/assignment").status_code == 303
    assert world.hooks.told[-1][0] == "out"


def test_an_assignment_that_has_ended_opens_nothing(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Each request asks the service's own copy whether the chosen assignment still holds."""
    sign_in("alva")
    assert client.get("/directory/boats").status_code == 403
    world.staff.held.clear()
    answer = client.get("/directory/boats")
    assert answer.headers["Location"] == "/directory/assignment?next=/directory/boats"
    assert "inget aktuellt uppdrag" in client.get("/directory/assignment").text


def test_who_has_two_assignments_chooses_one_and_sees_it(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Bo works in two units; the header says in which he acts now."""
    sign_in("bo")
    assert client.get("/directory/boats").headers["Location"].startswith("/directory/assignment")
    page = client.get("/directory/assignment").text
    form = {"csrf_token": csrf_in(page), "assignment": str(world.bos_other.id), "next": "/directory/boats"}
    answer = client.post("/directory/assignment", data=form)
    assert answer.headers["Location"] == "/directory/boats"
    assert client.get("/directory/boats").text == str(world.bos_other.unit_id)
    header = client.get("/directory/assignment").text
    assert "Du arbetar som anhörigkonsulent på Anhörigstöd Skärholmen" in header


def test_nobody_chooses_anothers_assignment(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Alva cannot take Bo's by its id."""
    sign_in("alva")
    token = csrf_in(client.get("/directory/assignment").text)
    client.post("/directory/assignment", data={"csrf_token": token, "assignment": str(world.bos.id)})
    assert client.get("/directory/boats").status_code == 403


def test_the_own_cookies_keys_can_change_and_are_not_short(tmp_path: Path) -> None:
    """The first signs, all verify; a short key is refused, and so is a missing one."""
    path = tmp_path / "cookie"
    path.write_text("n" * 40 + "\n" + "o" * 40 + "\n", encoding="ascii")
    assert own_cookie.keys_from(path, "referral") == ["n" * 40, "o" * 40]
    path.write_text("short", encoding="ascii")
    for wrong in (path, None):
        with pytest.raises(SettingsAreWrong, match="LOTSA_REFERRAL_COOKIE_KEY_FILE"):
            own_cookie.keys_from(wrong, "referral")


def test_asking_how_long_it_lasts_does_not_prolong_it(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Seconds left, the Swedish hour of the end, and the assignment; after the end nothing but a zero."""
    sign_in("alva")
    world.clock.advance(timedelta(minutes=20))
    told = client.get("/directory/session").get_json()
    assert (told["left"], told["until"], told["assignment"]) == (600, "10.30", str(world.alvas.id))
    world.clock.advance(timedelta(minutes=11))
    assert client.get("/directory/session").get_json() == {"left": 0}
    assert client.get("/directory/assignment").status_code == 303


def test_it_is_prolonged_when_asked_to_by_its_own_pages(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """With the form's token, and not past twelve hours."""
    sign_in("alva")
    token = csrf_in(client.get("/directory/assignment").text)
    world.clock.advance(timedelta(minutes=29))
    assert client.post("/directory/session").status_code == 400
    sent = {"X-CSRFToken": token}
    assert client.post("/directory/session", headers=sent).get_json()["left"] == 1800
    while world.clock.now() < START + timedelta(hours=11, minutes=40):
        world.clock.advance(timedelta(minutes=20))
        client.post("/directory/session", headers=sent)
    assert client.post("/directory/session", headers=sent).get_json()["left"] < 1200
    world.clock.move_to(START + timedelta(hours=12))
    assert client.post("/directory/session", headers=sent).get_json() == {"left": 0}


def test_a_signed_out_session_lasts_no_longer(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """A kept copy of the cookie is told nothing, not even a form token."""
    sign_in("alva")
    token = csrf_in(client.get("/directory/assignment").text)
    kept = client.get_cookie("lotsa_session")
    assert kept is not None
    client.post("/directory/logout", data={"csrf_token": token})
    client.set_cookie("lotsa_session", kept.value)
    assert client.get("/directory/session").get_json() == {"left": 0}


@pytest.mark.parametrize(
    ("minutes", "known"), [(0, False), (30, False), (31, True), (12 * 60, True), (24 * 60 - 1, True), (24 * 60, False)]
)
def test_whose_session_is_over_is_known_for_a_day_and_let_in_nowhere(
    world: World, client: FlaskClient, sign_in: SignIn, minutes: int, known: bool
) -> None:
    """Known: who, and under which assignment; and still so when ``read`` has been asked."""
    sign_in("alva")
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    world.clock.advance(timedelta(minutes=minutes))
    with world.app.test_request_context(headers={"Cookie": f"lotsa_session={cookie.value}"}):
        state = session_cookie.expired(world.clock.now())
        assert (state is not None) is known
        assert state is None or (state.user, state.assignment_id) == (ALVA, world.alvas.id)
        assert (session_cookie.read(world.clock.now()) is None) is (minutes > 30)
        assert (session_cookie.expired(world.clock.now()) is not None) is known


def test_an_idle_session_can_still_be_signed_out(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """Or a copy of its cookie would be known until the twelve hours are over."""
    sign_in("alva")
    token = csrf_in(client.get("/directory/assignment").text)
    world.clock.advance(timedelta(minutes=31))
    assert client.post("/directory/logout", data={"csrf_token": token}).status_code == 303
    assert [kind for kind, _ in world.hooks.told] == ["in", "out"]


def test_of_a_signed_out_session_nobody_is_known(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    """However well its copied cookie is signed."""
    sign_in("alva")
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    world.clock.advance(timedelta(minutes=31))
    with world.app.test_request_context(headers={"Cookie": f"lotsa_session={cookie.value}"}):
        state = expired_session()
        assert state is not None
    world.staff.ended.add(state.session_id)
    with world.app.test_request_context(headers={"Cookie": f"lotsa_session={cookie.value}"}):
        assert expired_session() is None


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(hours=3), timedelta(days=400)])
def test_a_session_that_a_clock_ahead_has_begun_lets_nobody_in_when_it_is_put_right(
    world: World, client: FlaskClient, sign_in: SignIn, ahead: timedelta
) -> None:
    """It would last until that time has come, and twelve hours more. One signs in again, and is in."""
    sign_in("alva")
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    with world.app.test_request_context(headers={"Cookie": f"lotsa_session={cookie.value}"}):
        assert session_cookie.read(world.clock.now() - ahead) is None
        assert session_cookie.expired(world.clock.now() - ahead) is None
        assert session_cookie.read(world.clock.now() - timedelta(seconds=5)) is not None, "clocks of two machines"
    world.clock.advance(-ahead)
    sign_in("alva")
    again = client.get_cookie("lotsa_session")
    assert again is not None
    with world.app.test_request_context(headers={"Cookie": f"lotsa_session={again.value}"}):
        assert session_cookie.read(world.clock.now()) is not None
