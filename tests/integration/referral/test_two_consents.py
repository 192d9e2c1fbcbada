"""What may be sent, and what may still be read: two people, two consents, at the moment of reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import ABOUT_GUN, a_consent, a_referral, a_referral_about_both
from tests.support.cast import NOON, STAND_IN


def slug(answer: object) -> str:
    """Which refusal it was."""
    return answer.json["type"].removeprefix("urn:lotsa:problem:")  # type: ignore[attr-defined]


def pointers(answer: object) -> set[str]:
    """The fields it named."""
    return {error["pointer"] for error in answer.json["errors"]}  # type: ignore[attr-defined]


def consent_about(sent: object, about: str) -> str:
    """The id of one of the consents of a referral just sent."""
    return next(each["id"] for each in sent.json["consents"] if each["about"] == about)  # type: ignore[attr-defined]


@pytest.mark.parametrize("consent", [None, a_consent(), a_consent("tell-referrer-what-happened", channels=["phone"])])
@pytest.mark.holds("nothing-without-a-yes", "a-no-sends-nothing")
def test_without_the_carers_consent_nothing_is_sent_or_kept(room: Room, alva: Cast, consent: object) -> None:
    """A named refusal, and not a row anywhere."""
    refused = alva.send(a_referral(consents={"carer": consent}))
    assert (refused.status_code, slug(refused)) == (422, "consent-is-missing")
    assert room.ask("SELECT 1 FROM referrals UNION ALL SELECT 1 FROM contents UNION ALL SELECT 1 FROM outbox") == []


@pytest.mark.holds("own-part-needs-own-consent", "without-consent-nothing-about-them")
def test_fields_about_the_person_cared_for_are_refused_by_name(room: Room, alva: Cast) -> None:
    """The server, not the page, refuses them: each filled-in field is listed, and nothing is kept."""
    refused = alva.send(a_referral(person_cared_for=ABOUT_GUN))
    assert (refused.status_code, slug(refused)) == (422, "person-cared-for-has-not-consented")
    assert pointers(refused) == {f"#/person_cared_for/{name}" for name in ABOUT_GUN}
    assert room.ask("SELECT 1 FROM referrals") == []


def test_a_no_of_the_person_cared_for_is_no_consent(alva: Cast) -> None:
    """A consent without the scope that matters opens nothing."""
    body = a_referral(person_cared_for=ABOUT_GUN)
    body["consents"]["person_cared_for"] = a_consent("staff-may-contact-carer", about="person-cared-for")
    assert slug(alva.send(body)) == "person-cared-for-has-not-consented"


def test_a_target_group_needs_the_carers_own_choice(alva: Cast) -> None:
    """In a carer-only referral it is sent only as the carer's own statement."""
    body = a_referral()
    body["need"]["own_statement"] = False
    refused = alva.send(body)
    assert slug(refused) == "target-group-is-not-carers-own-statement"
    assert pointers(refused) == {"#/need/target_groups"}


@pytest.mark.holds("the-others-no-stops-nothing", "nothing-about-them-was-sent")
def test_a_carer_only_referral_goes_and_says_why_the_rest_is_closed(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo sees Frans, and that Gun has not consented; the log can show that nothing about her was kept."""
    sent = alva.send()
    opened = bo.open(sent.json["id"]).json
    assert opened["carer"]["name"] == "Frans Provsson"
    assert opened["person_cared_for"] is None
    assert {"part": "person-cared-for", "why": "consent-not-given", "whose": "person-cared-for"} in opened["closed"]
    assert [row.part for row in room.ask("SELECT part FROM contents")] == ["carer"]


@pytest.mark.holds("this-reading-is-logged")
def test_with_both_consents_everything_is_told_and_both_are_relied_on(room: Room, alva: Cast, bo: Cast) -> None:
    """The reading's record names the two consents."""
    sent = alva.send(a_referral_about_both())
    opened = bo.open(sent.json["id"]).json
    assert opened["person_cared_for"]["situation"] == ABOUT_GUN["situation"]
    record = room.told("access.recorded.v1")[-1]
    assert set(record["consents"]) == {each["id"] for each in sent.json["consents"]}


@pytest.mark.holds("withdrawal-hides-at-the-next-read", "withdrawn-without-a-reason", "withdrawn-hides-all")
def test_withdrawn_before_acceptance_it_is_cancelled_and_sealed(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo has it open; Alva writes the withdrawal down; Bo's very next read shows nothing."""
    sent = alva.send(a_referral_about_both())
    referral_id = sent.json["id"]
    assert bo.open(referral_id).json["carer"] is not None
    withdrawn = alva.withdraw(consent_about(sent, "carer"))
    # with the consent went the yes to telling her more than that
    assert (withdrawn.status_code, withdrawn.json["state"]) == (200, "closed")
    after = bo.open(referral_id).json
    assert after["state"] == "cancelled"
    assert (after["carer"], after["need"], after["person_cared_for"]) == (None, None, None)
    assert {(each["why"], each["whose"]) for each in after["closed"]} == {("consent-withdrawn", "carer")}
    assert room.told("access.recorded.v1")[-1]["consents"] == []
    assert len(room.told("consent.withdrawn.v1")) == len(room.told("referral.cancelled.v1")) == 1


@pytest.mark.holds("hidden-once-written-down", "sealed-from-now-on", "hidden-at-the-next-reading")
def test_withdrawn_after_acceptance_it_is_sealed_and_can_still_be_closed(alva: Cast, bo: Cast) -> None:
    """The adviser finishes what remains, without the content."""
    sent = alva.send()
    bo.step("accept", sent.json["id"])
    assert bo.withdraw(consent_about(sent, "carer")).json["state"] == "accepted"
    after = bo.open(sent.json["id"])
    assert after.json["carer"] is None
    assert "complete" in after.json["actions"]
    done = bo.step("complete", sent.json["id"], after.json["version"], {"reason": "carer-declined"})
    assert done.json["state"] == "completed"


def test_guns_withdrawal_closes_what_is_said_about_her_only(room: Room, alva: Cast, bo: Cast) -> None:
    """Frans's own referral goes on; the target group, told with her consent and not as his own words, goes."""
    body = a_referral_about_both()
    body["need"]["own_statement"] = False
    sent = alva.send(body)
    assert bo.open(sent.json["id"]).json["need"]["target_groups"] == ["dementia"]
    assert bo.withdraw(consent_about(sent, "person-cared-for")).json["state"] == "requested"
    after = bo.open(sent.json["id"]).json
    assert after["carer"]["name"] == "Frans Provsson"
    assert after["person_cared_for"] is None
    assert (after["need"]["target_groups"], after["need"]["why"]) == ([], body["need"]["why"])
    sealed = room.ask("SELECT part FROM data_keys WHERE sealed_at IS NOT NULL")
    assert [row.part for row in sealed] == ["person-cared-for"]


def test_a_consent_is_withdrawn_once(alva: Cast, bo: Cast) -> None:
    """The second time there is nothing left of it, and that is said."""
    sent = alva.send()
    consent_id = consent_about(sent, "carer")
    alva.withdraw(consent_id)
    assert "withdraw-consent" not in bo.open(sent.json["id"]).json["actions"]
    again = bo.withdraw(consent_id)
    assert (again.status_code, slug(again)) == (409, "consent-is-already-withdrawn")


def test_an_expired_consent_closes_the_next_read(room: Room, alva: Cast, bo: Cast) -> None:
    """Nobody has to do anything: the moment of reading decides."""
    sent = alva.send()
    room.clock.move_to(NOON + timedelta(days=366))
    after = bo.open(sent.json["id"]).json
    assert after["carer"] is None
    assert {each["why"] for each in after["closed"] if each["part"] == "carer"} == {"consent-expired"}


@pytest.mark.holds("otherwise-only-closed", "otherwise-only-that-it-is-closed", "a-no-to-telling-shows-little")
def test_without_telling_the_referrer_knows_delivered_and_closed(alva: Cast, bo: Cast) -> None:
    """Neither state, version, dates, steps, deadline nor actions tell more; before and after Bo accepts look alike."""
    consent = a_consent("share-with-receiving-unit", channels=["phone"])
    referral_id = alva.send(a_referral(consents={"carer": consent})).json["id"]
    before = alva.open(referral_id)
    bo.open(referral_id)
    bo.step("accept", referral_id)
    between = alva.open(referral_id)
    assert between.json == before.json
    assert between.headers["ETag"] == before.headers["ETag"] == '"1"'
    assert between.json["state"] == "delivered"
    bo.step("complete", referral_id, 2, {"reason": "other", "comment": "Frans har fått plats."})
    after = alva.open(referral_id).json
    assert (after["state"], after["version"]) == ("closed", 2)
    assert [step["action"] for step in after["steps"]] == ["send"]
    assert "plats" not in str(after)


@pytest.mark.holds("the-referrer-is-told-each-step", "kept-with-the-outcome")
def test_with_telling_the_referrer_sees_each_step_and_its_comment(alva: Cast, bo: Cast) -> None:
    """The track with dates, and what Bo wrote to Alva."""
    referral_id = alva.send().json["id"]
    bo.step("accept", referral_id)
    said = {"reason": "other", "comment": "Frans har fått plats.", "unmet_needs": ["language"]}
    bo.step("complete", referral_id, 2, said)
    seen = alva.open(referral_id).json
    assert [step["action"] for step in seen["steps"]] == ["send", "accept", "complete"]
    assert seen["steps"][-1]["comment"] == "Frans har fått plats."
    assert seen["steps"][-1]["unmet_needs"] == ["language"]


@pytest.mark.holds("telling-withdrawn")
def test_telling_can_be_withdrawn_by_itself(alva: Cast, bo: Cast) -> None:
    """The referral goes on; Alva's view closes down to delivered."""
    sent = alva.send()
    bo.step("accept", sent.json["id"])
    bo.withdraw(consent_about(sent, "carer"), "tell-referrer-what-happened")
    assert bo.open(sent.json["id"]).json["carer"] is not None
    assert alva.open(sent.json["id"]).json["state"] == "delivered"


def test_a_masked_referrer_can_still_take_it_back(alva: Cast, bo: Cast) -> None:
    """The version that Alva was shown is the one she is asked for."""
    consent = a_consent("share-with-receiving-unit", channels=["phone"])
    referral_id = alva.send(a_referral(consents={"carer": consent})).json["id"]
    bo.step("accept", referral_id)
    taken_back = alva.step("cancel", referral_id, 1, {"reason": "no-longer-needed"})
    assert (taken_back.status_code, taken_back.json["state"]) == (200, "closed")
    assert bo.open(referral_id).json["state"] == "cancelled"


@pytest.mark.holds("protected-shown-to-one")
def test_a_protected_identity_is_shown_to_the_assigned_adviser_only(room: Room, alva: Cast, bo: Cast) -> None:
    """Before acceptance to nobody, afterwards to Bo, never to a colleague or the referrer."""
    body = a_referral()
    body["carer"]["protected_identity"] = True
    referral_id = alva.send(body).json["id"]
    assert bo.open(referral_id).json["carer"]["name"] == ""
    bo.step("accept", referral_id)
    assert bo.open(referral_id).json["carer"]["name"] == "Frans Provsson"
    beata = room.somebody("beata", Role.ADVISER, bo.actor.unit_id)
    for other in (alva, beata):
        hidden = other.open(referral_id).json
        assert (hidden["carer"]["name"], hidden["carer"]["phone"], hidden["carer"]["identity_number"]) == ("", "", "")
        assert {"part": "carer-identity", "why": "protected-identity", "whose": None} in hidden["closed"]


def test_a_protected_identity_is_told_by_nothing_else_either(room: Room, alva: Cast, bo: Cast) -> None:
    """Neither free text, the place, Gun nor a comment gives Frans away to a colleague or the referrer; Bo sees all."""
    body = a_referral_about_both()
    body["carer"] |= {"protected_identity": True, "year_of_birth": 1912}
    referral_id = alva.send(body).json["id"]
    bo.step("accept", referral_id)
    bo.step("complete", referral_id, 2, {"reason": "other", "comment": "Frans Provsson fick en plats."})
    whole = bo.open(referral_id)
    assert whole.json["need"]["why"] == body["need"]["why"]
    assert whole.json["person_cared_for"]["name"] == ABOUT_GUN["name"]
    assert whole.json["steps"][-1]["comment"] == "Frans Provsson fick en plats."
    for other in (alva, room.somebody("beata", Role.ADVISER, bo.actor.unit_id)):
        hidden = other.open(referral_id)
        for told in ("Frans", "Gun", "Provsson", "spisen", "1940", "1912", "sodermalm", "plats"):
            assert told not in hidden.get_data(as_text=True), told
        assert hidden.json["need"]["target_groups"] == ["dementia"]
        assert hidden.json["person_cared_for"]["relation"] == "partner"
        closed = {"part": "person-cared-for-identity", "why": "protected-identity", "whose": None}
        assert closed in hidden.json["closed"]


def test_whoever_declines_a_protected_person_may_say_why(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo was never shown who it is, so his words to Alva cannot name anybody."""
    body = a_referral()
    body["carer"]["protected_identity"] = True
    referral_id = alva.send(body).json["id"]
    bo.step("reject", referral_id, 1, {"reason": "other", "comment": "Vi har stängt i december."})
    assert alva.open(referral_id).json["steps"][-1]["comment"] == "Vi har stängt i december."


def test_a_stand_in_reads_only_if_the_consent_covers_it(room: Room, alva: Cast) -> None:
    """Otherwise the referral does not exist for it."""
    standing_in = room.somebody("sten", Role.ADVISER, STAND_IN)
    covered = alva.send().json["id"]
    assert standing_in.open(covered).json["carer"]["name"] == "Frans Provsson"
    body = a_referral()
    body["consents"]["carer"]["covers_stand_in"] = False
    assert standing_in.open(alva.send(body).json["id"]).status_code == 404
    # a system that says nothing of it has not asked
    del body["consents"]["carer"]["covers_stand_in"]
    assert standing_in.open(alva.send(body).json["id"]).status_code == 404


def test_the_carer_is_reached_only_as_consented(alva: Cast) -> None:
    """A way that the carer did not agree to is refused."""
    body = a_referral()
    body["consents"]["carer"]["channels"] = []
    refused = alva.send(body)
    assert pointers(refused) == {"#/consents/carer/channels"}


def test_only_a_text_that_exists_can_have_been_read_out(alva: Cast) -> None:
    """Version and language of the text are checked against the list."""
    body = a_referral()
    body["consents"]["carer"]["text_language"] = "fi"
    assert pointers(alva.send(body)) == {"#/consents/carer/text_version"}


def test_a_comment_on_a_sealed_referral_is_sealed_with_it(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo closes it after the withdrawal: nobody reads what he writes then, and the first sealing keeps its time."""
    sent = alva.send()
    bo.step("accept", sent.json["id"])
    alva.withdraw(consent_about(sent, "carer"))
    room.clock.advance(timedelta(days=1))
    bo.step("complete", sent.json["id"], 3, {"reason": "other", "comment": "Hon ville inte mer."})
    assert bo.open(sent.json["id"]).json["steps"][-1]["comment"] == ""
    sealed = {row.part: row.sealed_at for row in room.ask("SELECT part, sealed_at FROM data_keys")}
    assert sealed == {"carer": NOON, "follow-up": NOON + timedelta(days=1)}
