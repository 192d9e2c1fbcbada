"""The thin thread: Alva sends, Bo opens and accepts, and everybody who should has been told."""

from __future__ import annotations

import pytest

from tests.integration.referral.conftest import Cast, Room


@pytest.mark.holds("told-how-it-is-safe")
def test_a_referral_is_sent_opened_and_accepted(room: Room, alva: Cast, bo: Cast) -> None:
    """201 with a place to find it; Bo reads who it is about, and takes it on."""
    sent = alva.send()
    assert sent.status_code == 201, sent.json
    referral_id = sent.json["id"]
    assert sent.headers["Location"] == f"/api/referral/v1/referrals/{referral_id}"
    assert sent.headers["ETag"] == '"1"'

    opened = bo.open(referral_id)
    assert opened.status_code == 200, opened.json
    assert opened.json["carer"]["name"] == "Frans Provsson"
    assert opened.json["carer"]["safe_contact"]["channels"] == ["phone"]
    assert opened.json["carer"]["safe_contact"]["note"] == "Ring bara på förmiddagen"
    assert opened.json["state"] == "requested"
    assert "accept" in opened.json["actions"]

    accepted = bo.step("accept", referral_id)
    assert accepted.status_code == 200, accepted.json
    assert accepted.json["state"] == "accepted"
    assert accepted.headers["ETag"] == '"2"'
    assert [event["version"] for event in room.told("referral.accepted.v1")] == [2]
    assert len(room.told("consent.given.v1")) == 1
    assert len(room.told("referral.sent.v1")) == 1
    assert len(room.told("referral.opened.v1")) == 1
