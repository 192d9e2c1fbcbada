"""A mistake in what was sent: its sender is told what can be done, and it can be done."""

from __future__ import annotations

import pytest

from tests.integration.referral.conftest import Cast, at_the_pages
from tests.support.builders.bodies import a_referral

SAID = "Det som är skickat går inte att ändra här."


@pytest.mark.holds("a-mistake-is-put-right-by-sending-anew")
def test_a_mistyped_number_is_put_right_by_sending_anew(alva: Cast, bo: Cast) -> None:
    """Receipt and page say so while it can be drawn back; drawn back and sent anew, the unit has the right number."""
    first = alva.send().json
    at = f"/referral/referrals/{first['id']}"
    browser = at_the_pages(alva)
    for page in (at, f"{at}/receipt"):
        shown = browser.get(page).text
        assert SAID in shown
        assert "dra in lotsningen och skicka en ny" in shown
    drawn_back = browser.post(f"{at}/cancel", f"{at}/cancel", reason="other", comment="Fel telefonnummer")
    assert drawn_back.status_code == 303
    again = a_referral()
    again["carer"]["phone"] = "070-1740606"
    second = alva.send(again).json
    assert bo.step("accept", second["id"]).status_code == 200
    assert bo.open(second["id"]).json["carer"]["phone"].endswith("1740606")
    for page in (at, f"{at}/receipt"):
        assert SAID not in browser.get(page).text, "there is nothing to be done about it any more"


def test_the_receiver_is_not_told_what_the_sender_can_do(alva: Cast, bo: Cast) -> None:
    """It is not theirs to draw back."""
    sent = alva.send().json
    assert SAID not in at_the_pages(bo).get(f"/referral/referrals/{sent['id']}").text
