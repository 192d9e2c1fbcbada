"""What was typed on a step is there again when its writer comes back, and what is only unfinished is no error."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.kernel.actor import Role
from tests.integration.referral.conftest import AtThePages, Cast, Room, at_the_pages
from tests.integration.referral.test_draft_sent_once import together
from tests.support import cast
from tests.support.builders import answers
from tests.support.builders.answers import ANSWERS
from tests.support.cast import STAND_IN

NEW = "/referral/new"
FRANS: dict[str, Any] = {"name": cast.FRANS.name, "area": "0180-sodermalm", "channels": ["phone"]}
PHONE = {"phone": "070-174 06 05"}
WHY = "Orkar inte mer, och vill tala med någon."


def begun(browser: AtThePages) -> str:
    """The address of a new referral's first step."""
    return str(browser.get(NEW).headers["Location"])


def drafts(room: Room, alva: Cast) -> list[Any]:
    """What Alva's list shows: the drafts' names, as her API finds them too."""
    with room.parts.unit_of_work(alva.actor) as uow:
        from services.referral.views.drafts import draft_list

        return draft_list(alva.actor, uow)


def test_a_first_step_with_nothing_in_it_makes_no_draft(room: Room, alva: Cast) -> None:
    """It says what is missing, and leaves nothing behind."""
    browser = at_the_pages(alva)
    here = begun(browser)
    for empty in ({}, {"language": "sv", "name": "  ", "phone": ""}):
        answer = browser.post(here, here, **empty)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{here}?tried=1")
        page = browser.get(answer.headers["Location"]).text
        assert "error-summary" in page
        assert "<title>Rätta:" in page
    assert browser.post(here, here, go="back").headers["Location"] == "/referral/"
    assert drafts(room, alva) == []


def test_back_from_the_first_step_keeps_what_was_typed(room: Room, alva: Cast) -> None:
    """Also what could not be saved as an answer; the list tells whose it is, and it opens without an error."""
    browser = at_the_pages(alva)
    here = begun(browser)
    half = {"name": cast.FRANS.name, "phone": "070-174"}
    assert browser.post(here, here, go="back", **half).headers["Location"] == "/referral/"
    [line] = drafts(room, alva)
    assert line.carer_name == "Frans Provsson"
    opened = browser.client.get(f"/referral/drafts/{line.id}", follow_redirects=True)
    assert 'value="Frans Provsson"' in opened.text
    assert 'value="070-174"' in opened.text
    assert "error-summary" not in opened.text
    assert "Rätta:" not in opened.text
    # going on is what asks whether it is right
    tried = browser.post(f"/referral/drafts/{line.id}/carer", f"/referral/drafts/{line.id}/carer", **half)
    assert "error-summary" in browser.get(tried.headers["Location"]).text


def test_a_draft_left_by_back_is_protected_if_that_is_what_was_typed(room: Room, alva: Cast) -> None:
    """The list does not name whom only the unfinished step says to protect."""
    browser = at_the_pages(alva)
    here = begun(browser)
    browser.post(here, here, go="back", protected_identity="true", **FRANS)
    [line] = drafts(room, alva)
    assert (line.protected, line.carer_name) == (True, "")


def test_back_keeps_each_steps_words_and_answers_nothing(room: Room, alva: Cast) -> None:
    """On every step: what was typed is there again, the saved answers are as they were, and nothing is sent of it."""
    typed: dict[str, dict[str, Any]] = {
        "carer": answers.carer(phone="070-1740606", contact_note="Ring efter klockan fem"),
        "support": answers.support(why=WHY),
        "consent": {"share": "yes", "text_version": "carer-2026-2", "form": "oral"},
        "situation": {"own_statement": "yes", "target_groups": ["addiction"]},
        "receiver": {"unit": "other"},
    }
    browser = at_the_pages(alva)
    for step, words in typed.items():
        draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
        at = f"/referral/drafts/{draft}"
        there = browser.post(f"{at}/{step}", f"{at}/{step}", go="back", **words).headers["Location"]
        assert there == ("/referral/" if step == "carer" else f"{at}/{list(typed)[list(typed).index(step) - 1]}")
        kept = alva.ask("GET", f"/drafts/{draft}").json["answers"]
        assert {name: kept[name] for name in ANSWERS} == ANSWERS, step
        assert kept["unfinished"] == {step: words}, step
        assert browser.get(f"{at}/check").headers["Location"] == f"{at}/{step}?tried=1", step
        # the page shows it, and saving it there answers with it
        page = browser.get(f"{at}/{step}")
        assert "error-summary" not in page.text, step
    assert WHY in browser.get(f"{_with(alva, 'support', typed['support'])}/support").text


def _with(alva: Cast, step: str, words: dict[str, Any]) -> str:
    answers = {**ANSWERS, "unfinished": {step: words}}
    return f"/referral/drafts/{alva.ask('POST', '/drafts', {'answers': answers}).json['id']}"


def test_what_is_saved_lets_go_of_what_was_unfinished(alva: Cast) -> None:
    """Going on from the step answers with what its page showed."""
    at = _with(alva, "support", {"why": WHY, "support_wanted": ["individual-conversations"], "priority": "routine"})
    browser = at_the_pages(alva)
    words = {"why": WHY, "support_wanted": "individual-conversations", "priority": "routine"}
    assert browser.post(f"{at}/support", f"{at}/support", **words).headers["Location"] == f"{at}/check"
    kept = alva.ask("GET", f"/drafts/{at.rsplit('/', 1)[1]}").json["answers"]
    assert kept["support"]["why"] == WHY
    assert "unfinished" not in kept


def test_back_with_what_is_saved_changes_nothing(alva: Cast) -> None:
    """Nobody's other window is told that the draft has changed."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    at = f"/referral/drafts/{draft}"
    at_the_pages(alva).post(f"{at}/support", f"{at}/support", go="back", **ANSWERS["support"])
    assert alva.ask("GET", f"/drafts/{draft}").json["version"] == 1


def test_a_step_that_has_to_wait_keeps_its_words(alva: Cast) -> None:
    """Another window took an earlier answer away: what was typed here is shown when its turn comes."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    at = f"/referral/drafts/{draft}"
    browser = at_the_pages(alva)
    browser.post(f"{at}/carer", f"{at}/carer", **FRANS)  # no telephone: cannot be saved as it is
    late = browser.post(f"{at}/support", f"{at}/carer", why=WHY, priority="routine")
    assert late.headers["Location"] == f"{at}/carer"
    browser.post(f"{at}/carer", f"{at}/carer", **FRANS, **PHONE)
    assert WHY in browser.get(f"{at}/support").text


def test_opening_an_unfinished_draft_begins_with_no_error(alva: Cast) -> None:
    """It was left half filled in, by page or by a system; nobody has done anything wrong."""
    for said in ({"carer": {"name": cast.FRANS.name}}, {**ANSWERS, "support": {"why": WHY}}, {}):
        draft = alva.ask("POST", "/drafts", {"answers": said}).json["id"]
        page = at_the_pages(alva).client.get(f"/referral/drafts/{draft}", follow_redirects=True)
        assert page.status_code == 200
        assert "error-summary" not in page.text
        assert "Rätta:" not in page.text


def test_two_first_posts_at_once_find_one_draft(room: Room, alva: Cast) -> None:
    """A double click on the first step: both are led to the draft, of which there is one. Tried ten times."""
    browser = at_the_pages(alva)
    for number in range(1, 11):
        here = begun(browser)
        token = browser.get(here).text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, **FRANS, **PHONE}
        answers = together(*[lambda here=here, data=data: browser.client.post(here, data=data)] * 2)
        assert [each.status_code for each in answers] == [303, 303]
        assert len({each.headers["Location"] for each in answers}) == 1
        assert answers[0].headers["Location"].endswith("/support")
        [row] = room.ask("SELECT count(*) FROM drafts")
        assert row[0] == number
    # and whoever only looks is not kept out
    looks = together(*[lambda: browser.get(f"{NEW}/{uuid4()}")] * 2)
    assert [each.status_code for each in looks] == [200, 200]


def test_a_draft_is_thrown_away_once(alva: Cast) -> None:
    """The second click is answered as the first was; what never was there is not."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    at = f"/referral/drafts/{draft}/discard"
    browser = at_the_pages(alva)
    token = browser.get(at).text.split('name="csrf_token" value="')[1].split('"')[0]
    for _ in range(2):
        answer = browser.client.post(at, data={"csrf_token": token})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/referral/")
    unknown = browser.client.post(f"/referral/drafts/{uuid4()}/discard", data={"csrf_token": token})
    assert unknown.status_code == 404


def test_one_person_in_two_units_begins_a_draft_in_each(room: Room, alva: Cast) -> None:
    """An address that was opened under one assignment and sent under another finds no draft of the other unit's."""
    elsewhere = room.somebody(alva.actor.user.subject, Role.REFERRER, STAND_IN)
    here = begun(at_the_pages(alva))
    led = [at_the_pages(each).post(here, here, **FRANS, **PHONE) for each in (alva, elsewhere)]
    assert [each.status_code for each in led] == [303, 303]
    assert all(each.headers["Location"].endswith("/support") for each in led)
    assert led[0].headers["Location"] != led[1].headers["Location"]


def test_a_place_without_rules_is_told_where_it_was_given(room: Room, alva: Cast) -> None:
    """Nobody receives there by the time it is checked or sent: the way leads back to the place, and nothing is sent."""
    answers = {**ANSWERS, "carer": {**ANSWERS["carer"], "area": "1480"}}
    draft = alva.ask("POST", "/drafts", {"answers": answers}).json["id"]
    browser = at_the_pages(alva)
    for answer in (
        browser.get(f"/referral/drafts/{draft}/check"),
        browser.post(f"/referral/drafts/{draft}/send", f"/referral/drafts/{draft}/carer"),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/referral/drafts/{draft}/receiver")
    page = browser.get(f"/referral/drafts/{draft}/receiver")
    assert page.status_code == 200
    assert "error-summary" in page.text
    assert room.ask("SELECT count(*) FROM referrals")[0][0] == 0
