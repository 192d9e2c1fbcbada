"""A receiver whom the text that was read out did not name needs a new yes, by page and by API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.integration.referral.conftest import AtThePages, Cast, Room, at_the_pages
from tests.integration.referral.test_two_consents import pointers, slug
from tests.support.builders import answers
from tests.support.builders.answers import ANSWERS, GIVEN
from tests.support.builders.bodies import a_referral, a_referral_about_both, read_out_for
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN

NOT_NAMED = "recipient-was-not-named"
ELSEWHERE = {"unit": "other", "other_unit": str(KUNGSHOLMEN), "proposed_unit": str(SODERMALM)}
YES = {
    "read_for": str(KUNGSHOLMEN),
    "asked_again": ["carer"],
    "share_again": "yes",
    "text_version": "carer-2026-2",
    "text_language": "sv",
}
ADDICTION = {
    "rule_id": "addiction",
    "area": "0180",
    "target_groups": ["addiction"],
    "unit_id": str(KUNGSHOLMEN),
    "reason_sv": "Beroende tas emot på Kungsholmen.",
}
BOTH = {
    **ANSWERS,
    "consent": {**ANSWERS["consent"], "about_person": "yes"},
    "other-consent": answers.other_consent(given_at=GIVEN["given_at"]),
    "situation": answers.situation(),
}


def draft(alva: Cast, answers: dict[str, Any] = ANSWERS, **changes: Any) -> str:
    """Where a draft is that has been answered to the end."""
    return f"/referral/drafts/{alva.ask('POST', '/drafts', {'answers': {**answers, **changes}}).json['id']}"


def sent_by(browser: AtThePages, at: str) -> str:
    """Where sending leads."""
    return str(browser.post(f"{at}/send", f"{at}/check").headers["Location"])


def recorded(room: Room) -> list[tuple[Any, ...]]:
    """Each consent: about whom, for which unit, and whom the text had named."""
    columns = "about, recipient_unit_id, named_area, named_unit_id, named_as, text_version"
    rows = room.ask(f"SELECT {columns} FROM consents ORDER BY about")
    return [tuple(row) for row in rows]


def test_what_was_read_out_is_kept_with_the_consent(room: Room, alva: Cast, bo: Cast) -> None:
    """Whom the text named, as it was said, which text and in which language; the record can be read word for word."""
    referral = alva.send(a_referral_about_both()).json
    assert recorded(room) == [
        (about, SODERMALM, "0180-sodermalm", None, "Stockholm, Södermalm", f"{about}-2026-2")
        for about in ("carer", "person-cared-for")
    ]
    opened = bo.open(referral["id"]).json["consents"][0]
    assert opened["recipient"] == {"area": "0180-sodermalm", "unit_id": None, "name": "Stockholm, Södermalm"}
    page = at_the_pages(bo).get(f"/referral/referrals/{referral['id']}").text
    assert "lämnas till kommunens anhörigstöd i Stockholm, Södermalm, och till den enhet som ersätter den" in page


def test_by_api_a_chosen_unit_that_was_not_named_is_refused(room: Room, alva: Cast) -> None:
    """By name, telling which consent and what to do; nothing is kept. Read out for that unit, it goes there."""
    body = a_referral_about_both(receiving_unit_id=str(KUNGSHOLMEN))
    refused = alva.send(body)
    assert (refused.status_code, slug(refused)) == (422, NOT_NAMED)
    assert pointers(refused) == {"#/consents/carer/recipient", "#/consents/person_cared_for/recipient"}
    assert "Läs upp texten igen med den mottagande enhetens namn" in refused.get_data(as_text=True)
    body["consents"]["carer"]["recipient"] = {"unit_id": str(KUNGSHOLMEN)}
    assert pointers(alva.send(body)) == {"#/consents/person_cared_for/recipient"}, "each decides for themselves"
    assert room.ask("SELECT 1 FROM referrals UNION ALL SELECT 1 FROM outbox") == []
    assert alva.send(read_out_for(KUNGSHOLMEN, body)).status_code == 201
    assert recorded(room) == [
        (about, KUNGSHOLMEN, None, KUNGSHOLMEN, "Enhet 3", f"{about}-2026-2") for about in ("carer", "person-cared-for")
    ]


def test_by_api_a_rule_that_leads_elsewhere_is_no_way_around(room: Room, alva: Cast) -> None:
    """Nobody chose it, and nobody was asked about it either. What was named and is not the receiver does not help."""
    room.rules(ADDICTION, version=2)
    body = a_referral()
    body["need"]["target_groups"] = ["addiction"]
    refused = alva.send(body)
    assert (slug(refused), refused.json["detail"]) == (NOT_NAMED, f"Enhet 3 ({KUNGSHOLMEN})"), (
        "it says which unit it is"
    )
    assert slug(alva.send(read_out_for(SODERMALM, body))) == NOT_NAMED
    assert alva.send(read_out_for(KUNGSHOLMEN, body)).json["receiving_unit_id"] == str(KUNGSHOLMEN)


def test_a_unit_that_says_no_place_is_in_none(room: Room, alva: Cast) -> None:
    """Nor is the city's common unit in a district; named by its name it may receive."""
    room.a_unit(UUID(int=99), "receiving", area=None)
    for version, unit in enumerate((STAND_IN, UUID(int=99)), start=2):
        room.rules(version=version, default=unit)
        assert slug(alva.send()) == NOT_NAMED
        assert alva.send(read_out_for(unit, a_referral())).status_code == 201


@pytest.mark.parametrize("recipient", [{}, {"area": "0180", "unit_id": str(SODERMALM)}, {"area": "Stockholm"}])
def test_one_recipient_is_named_and_in_one_way(alva: Cast, recipient: dict[str, str]) -> None:
    """Neither none nor two, and a place by its code."""
    body = a_referral()
    body["consents"]["carer"]["recipient"] = recipient
    refused = alva.send(body)
    assert refused.status_code == 422
    assert all(pointer.startswith("#/consents/carer/recipient") for pointer in pointers(refused))


def test_on_the_pages_another_unit_is_asked_about_before_anything_is_sent(room: Room, alva: Cast) -> None:
    """The step shows what is to be read out, for that unit; unanswered it is told so, with a yes the record says it."""
    browser, at = at_the_pages(alva), draft(alva)
    step = f"{at}/receiver"
    assert "nytt ja" not in browser.get(step).text, "the proposed unit is in the place that was named"
    browser.post(step, step, **ELSEWHERE)
    assert browser.get(f"{at}/check").headers["Location"] == step
    assert sent_by(browser, at) == step
    asked = browser.get(step).text
    assert (
        "Samtycket gäller kommunens anhörigstöd i Stockholm, Södermalm. Nu går lotsningen i stället till Enhet 3"
        in asked
    )
    assert "lämnas till Enhet 3, och till den enhet som ersätter den" in asked
    assert "error-summary" not in asked, "to be asked is no mistake"
    browser.post(step, step, **ELSEWHERE, **{**YES, "share_again": ""})
    assert "Ange om den som ger stöd säger ja till den här enheten" in browser.get(f"{step}?tried=1").text
    assert browser.post(step, step, **ELSEWHERE, **YES).headers["Location"] == f"{at}/check"
    check = browser.get(f"{at}/check").text
    assert "kommunens anhörigstöd i Stockholm, Södermalm" not in check, "it is not for that any more"
    assert sent_by(browser, at).endswith("/receipt")
    assert recorded(room) == [("carer", KUNGSHOLMEN, None, KUNGSHOLMEN, "Enhet 3", "carer-2026-2")]


def test_nothing_is_read_out_for_a_unit_that_was_not_chosen(room: Room, alva: Cast) -> None:
    """Whoever wants another unit than the proposed one, and has not said which, is asked that alone."""
    room.rules(ADDICTION, version=2)
    browser, at = at_the_pages(alva), draft(alva, situation={"own_statement": "yes", "target_groups": ["addiction"]})
    step = f"{at}/receiver"
    assert "Nu går lotsningen i stället till Enhet 3" in browser.get(step).text
    unsaid = {"unit": "other", "other_unit": "", "proposed_unit": str(KUNGSHOLMEN)}
    assert browser.post(step, step, **unsaid).headers["Location"] == f"{step}?tried=1"
    asked = browser.get(f"{step}?tried=1").text
    assert "Välj vilken enhet." in asked
    assert "Nu går lotsningen i stället" not in asked
    browser.post(step, step, **{**unsaid, "other_unit": str(STAND_IN)})
    assert f'name="read_for" value="{STAND_IN}"' in browser.get(step).text


def test_a_no_to_the_other_unit_sends_nothing_there(room: Room, alva: Cast) -> None:
    """It is told what may be done; back at the proposed unit the first yes holds as it did."""
    browser, at = at_the_pages(alva), draft(alva)
    step = f"{at}/receiver"
    no = {**YES, "share_again": "no"}
    assert browser.post(step, step, **ELSEWHERE, **no).headers["Location"] == f"{step}?tried=1"
    assert "Utan ett ja kan inget skickas till den enheten" in browser.get(f"{step}?tried=1").text
    assert sent_by(browser, at) == f"{step}?tried=1"
    proposed = {"unit": "proposed", "proposed_unit": str(SODERMALM)}
    assert browser.post(step, step, **proposed, **no).headers["Location"] == f"{at}/check"
    assert sent_by(browser, at).endswith("/receipt")
    assert recorded(room)[0][:3] == ("carer", SODERMALM, "0180-sodermalm")


def test_both_people_are_asked_about_the_other_unit(room: Room, alva: Cast) -> None:
    """Frans's yes is not Gun's; her no is told, and leads to an answer of hers that can be changed."""
    browser, at = at_the_pages(alva), draft(alva, BOTH)
    step = f"{at}/receiver"
    asked = {**YES, "asked_again": ["carer", "person-cared-for"], "person_text_version": "person-cared-for-2026-2"}
    browser.post(step, step, **ELSEWHERE)
    shown = browser.get(step).text
    assert 'name="share_again"' in shown
    assert 'name="tell_again"' in shown
    browser.post(step, step, **ELSEWHERE, **asked)
    assert "Ange om den som får stöd säger ja till den här enheten" in browser.get(f"{step}?tried=1").text
    browser.post(step, step, **ELSEWHERE, **asked, tell_again="no")
    assert "ändra personens svar till nej" in browser.get(f"{step}?tried=1").text
    assert browser.get(f"{at}/check").headers["Location"] == f"{step}?tried=1"
    browser.post(step, step, **ELSEWHERE, **asked, tell_again="yes")
    assert sent_by(browser, at).endswith("/receipt")
    assert [each[1] for each in recorded(room)] == [each[3] for each in recorded(room)] == [KUNGSHOLMEN] * 2


def test_a_rule_that_changes_between_reading_and_sending_is_asked_about(room: Room, alva: Cast) -> None:
    """Alva has the check before her when the rules change: nothing is sent to a unit that nobody was told of, and a yes
    to one unit is none to the next."""
    browser, at = at_the_pages(alva), draft(alva)
    step = f"{at}/receiver"
    assert browser.get(f"{at}/check").status_code == 200
    room.rules(version=2, default=KUNGSHOLMEN)
    assert sent_by(browser, at) == step
    assert "Lotsningen skulle nu gå till en annan enhet" in browser.get(step).text
    proposed = {"unit": "proposed", "proposed_unit": str(KUNGSHOLMEN)}
    assert browser.post(step, step, **proposed, **YES).headers["Location"] == f"{at}/check"
    room.rules(version=3, default=STAND_IN)
    assert sent_by(browser, at) == step, "Kungsholmen was said yes to, and it is another again"
    room.rules(version=4, default=SODERMALM)
    assert sent_by(browser, at).endswith("/receipt"), "whom the first text had named needs no new yes"
    assert recorded(room)[0][:3] == ("carer", SODERMALM, "0180-sodermalm")


def test_the_first_text_names_the_unit_where_it_is_known_to_be_elsewhere(room: Room, alva: Cast) -> None:
    """The carer's age is known by then: one reading is enough, and the record says which unit was named."""
    older = {**ADDICTION, "target_groups": [], "age_of": "carer", "age_from": 80}
    room.rules(older, version=2)
    carer = {**ANSWERS["carer"], "age_band": "80-or-over"}
    browser, at = at_the_pages(alva), draft(alva, carer=carer, consent={**GIVEN, "about_person": "no"})
    shown = browser.get(f"{at}/consent").text
    assert "lämnas till Enhet 3, och till den enhet som ersätter den" in shown
    assert f'name="read_for" value="{KUNGSHOLMEN}"' in shown
    said = {name: value for name, value in ANSWERS["consent"].items() if name != "given_at"}
    browser.post(f"{at}/consent", f"{at}/consent", **said, read_for=str(KUNGSHOLMEN))
    assert sent_by(browser, at).endswith("/receipt")
    assert recorded(room) == [("carer", KUNGSHOLMEN, None, KUNGSHOLMEN, "Enhet 3", "carer-2026-2")]


def test_a_text_shown_again_names_whom_it_named(room: Room, alva: Cast) -> None:
    """Where Frans has answered, the step shows the words he answered to; when that unit has gone, he is asked anew."""
    consent = {**ANSWERS["consent"], "read_for": str(KUNGSHOLMEN)}
    browser, at = at_the_pages(alva), draft(alva, consent=consent)
    shown = browser.get(f"{at}/consent").text
    assert "lämnas till Enhet 3" in shown
    assert 'name="share" value="yes" checked' in shown
    room.a_unit(KUNGSHOLMEN, "partner", area="0180-kungsholmen", version=2)
    shown = browser.get(f"{at}/consent").text
    assert "lämnas till kommunens anhörigstöd i Stockholm, Södermalm" in shown
    assert 'name="share" value="yes" checked' not in shown


def test_a_yes_to_yesterdays_text_is_not_shown_as_one_to_todays(room: Room, alva: Cast) -> None:
    """The new yes was given before midnight; the step shows the new words after it, and asks again if it is saved."""
    evening = datetime(2026, 11, 28, 22, 30, tzinfo=UTC)
    room.clock.move_to(evening)
    browser, at = at_the_pages(alva, evening), draft(alva)
    step = f"{at}/receiver"
    browser.post(step, step, **ELSEWHERE, **YES)
    assert 'name="share_again" value="yes" checked' in browser.get(step).text
    room.clock.move_to(datetime(2026, 11, 28, 23, 30, tzinfo=UTC))
    shown = at_the_pages(alva, room.clock.now()).get(step).text
    assert "Får vi lämna uppgifter om dig till Enhet 3" in shown
    assert 'name="share_again" value="yes" checked' not in shown


def test_the_place_that_was_named_is_for_those_who_may_know_where_the_carer_lives(
    room: Room, alva: Cast, bo: Cast
) -> None:
    """With a protected identity, or once the carer has withdrawn, neither door shows it."""
    body = a_referral()
    body["carer"]["protected_identity"] = True
    protected = alva.send(body).json
    sent = alva.send().json
    bo.step("accept", sent["id"])
    alva.withdraw(sent["consents"][0]["id"], "share-with-receiving-unit")
    for each in (protected, sent):
        assert bo.open(each["id"]).json["consents"][0]["recipient"] is None
        assert "Stockholm, Södermalm" not in at_the_pages(bo).get(f"/referral/referrals/{each['id']}").text


def test_systems_can_ask_for_the_words(room: Room, alva: Cast) -> None:
    """Today's and every earlier version, in each language, with the recipient's name filled in."""
    room.clock.move_to(datetime(2026, 11, 30, 12, tzinfo=UTC))
    texts = alva.ask("GET", "/consent-texts").json["items"]
    assert len(texts) == 3 * 2 * 2
    assert {each["version"] for each in texts if each["in_force"]} == {"carer-2026-3", "person-cared-for-2026-3"}
    for query, name in (
        ("area=0180-sodermalm", "kommunens anhörigstöd i Stockholm, Södermalm"),
        (f"receiving_unit_id={KUNGSHOLMEN}", "Enhet 3"),
    ):
        said = alva.ask("GET", f"/consent-texts?{query}").json["items"]
        newest = next(each for each in said if (each["version"], each["language"]) == ("carer-2026-3", "sv"))
        assert newest["text"].startswith(f"Får vi lämna uppgifter om dig till {name}, och")
    assert slug(alva.ask("GET", f"/consent-texts?receiving_unit_id={UUID(int=5)}")) == "unit-cannot-receive"
