"""Start: accepted becomes in progress by the first contact; the name that it had before is kept for one version."""

from __future__ import annotations

import pytest

from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.bodies import a_consent, a_referral
from tests.support.cast import NOON

SILENT = {"carer": a_consent("share-with-receiving-unit", channels=["phone"])}


def accepted(alva: Cast, bo: Cast, **more: object) -> str:
    """A referral that Bo has accepted."""
    referral_id: str = alva.send(a_referral(**more)).json["id"]
    assert bo.step("accept", referral_id).status_code == 200
    return referral_id


@pytest.mark.parametrize("name", ["start", "first-contact"])
def test_it_is_in_progress_from_then_on(room: Room, alva: Cast, bo: Cast, name: str) -> None:
    """By either name the same step: its state, its moment, the event that others know, and what may be done next."""
    referral_id = accepted(alva, bo)
    assert {"start", "first-contact"} <= set(bo.open(referral_id).json["actions"])
    done = bo.step(name, referral_id, 2)
    assert (done.status_code, done.json["state"]) == (200, "in-progress")
    assert done.json["first_contact_at"] == "2026-11-20T12:00:00Z"
    assert done.json["deadline"]["promise"] == "answer"
    assert done.json["actions"] == ["list", "open", "complete", "withdraw-consent"]
    [kept] = room.ask("SELECT state, version, first_contact_at FROM referrals")
    assert tuple(kept) == ("in-progress", 3, NOON)
    assert len(room.told("referral.first-contact-made.v1")) == 1
    assert [each["action"] for each in alva.open(referral_id).json["steps"]] == ["send", "accept", "start"]
    assert "Pågår" in at_the_pages(alva).get(f"/referral/referrals/{referral_id}").text


def test_it_can_be_closed_or_taken_back_afterwards(alva: Cast, bo: Cast) -> None:
    """Each side what it could before."""
    ended, withdrawn = accepted(alva, bo), accepted(alva, bo)
    for each in (ended, withdrawn):
        assert bo.step("start", each, 2).status_code == 200
    assert bo.step("complete", ended, 3, {"reason": "support-started"}).json["state"] == "completed"
    assert alva.step("cancel", withdrawn, 3, {"reason": "sent-twice"}).json["state"] == "cancelled"


def test_a_referrer_who_is_not_to_know_sees_no_other_state(alva: Cast, bo: Cast) -> None:
    """In progress tells of the carer as much as accepted does."""
    referral_id = accepted(alva, bo, consents=SILENT)
    before = alva.open(referral_id).json
    bo.step("start", referral_id, 2)
    assert alva.open(referral_id).json == before
    assert before["state"] == "delivered"


def test_a_page_of_before_still_has_its_button(alva: Cast, bo: Cast) -> None:
    """The address that the button had is answered as the new one is."""
    referral_id = accepted(alva, bo)
    address = f"/referral/referrals/{referral_id}"
    answer = at_the_pages(bo).post(f"{address}/first-contact", address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert bo.open(referral_id).json["state"] == "in-progress"
