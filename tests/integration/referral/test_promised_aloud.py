"""What the texts that are read out promise, and what the withdrawal form says beforehand, is so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_two_consents import consent_about, pointers
from tests.support.builders.bodies import ABOUT_GUN, a_referral_about_both
from tests.support.cast import SODERMALM

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
IN_A_YEAR = datetime(2027, 11, 30, 12, 0, tzinfo=UTC)
UPPSALA = UUID("00000000-0000-7000-8000-000000000009")
SHARE, TELL_ABOUT = "share-with-receiving-unit", "tell-about-person-cared-for"


@pytest.fixture
def today(room: Room) -> Room:
    """A day on which the newest texts are read out, and a unit whose stand-in is in another municipality."""
    room.a_unit(UPPSALA, "receiving", area="0380")
    room.a_unit(SODERMALM, "receiving", area="0180-sodermalm", stand_in=UPPSALA, version=2)
    room.clock.move_to(NOW)
    return room


def under_the_newest_texts(**changes: Any) -> dict[str, Any]:
    """A referral about both people, whose texts are those of the day."""
    body = a_referral_about_both(**changes)
    for consent in body["consents"].values():
        consent["text_version"] = consent["text_version"].replace("-2026-2", "-2026-3")
    body["need"]["why"] = "Min man har demens och jag sover dåligt."
    return body


def what_they_read(somebody: Cast, referral_id: str) -> tuple[Any, Any, Any]:
    """The three parts."""
    opened = somebody.open(referral_id).json
    return opened["carer"], opened["need"], opened["person_cared_for"]


@pytest.mark.holds("consent-text-carer")
@pytest.mark.holds("consent-text-person-cared-for")
def test_what_is_read_out_is_what_is_passed_on_to_whom_and_for_how_long(today: Room, alva: Cast, bo: Cast) -> None:
    """Name, contact, why, and what each has answered; to the named unit and its stand-in elsewhere; for a year."""
    sent = alva.send(under_the_newest_texts()).json
    ulla = today.somebody("ulla", Role.ADVISER, UPPSALA)
    for reader in (bo, ulla):
        carer, need, person = what_they_read(reader, sent["id"])
        assert (carer["name"], carer["phone"]) == ("Frans Provsson", "+46701740605")
        assert need["why"] == "Min man har demens och jag sover dåligt."
        assert person == ABOUT_GUN, "name, birth year, who she is to Frans, and what is needed of her health and life"
    today.clock.move_to(IN_A_YEAR - timedelta(seconds=1))
    assert what_they_read(bo, sent["id"])[0] is not None
    today.clock.move_to(IN_A_YEAR)
    assert what_they_read(bo, sent["id"]) == what_they_read(ulla, sent["id"]) == (None, None, None)


@pytest.mark.parametrize("about", ["carer", "person_cared_for"])
def test_no_consent_under_a_text_that_says_a_year_lasts_longer(today: Room, alva: Cast, about: str) -> None:
    """Nor can a system write down two years under words that said one."""
    body = under_the_newest_texts()
    body["consents"][about]["expires_at"] = (IN_A_YEAR + timedelta(days=1)).isoformat()
    assert pointers(alva.send(body)) == {f"#/consents/{about}/expires_at"}
    body["consents"][about]["expires_at"] = IN_A_YEAR.isoformat()
    assert alva.send(body).status_code == 201


@pytest.mark.holds("consent-text-carer")
@pytest.mark.holds("consent-text-person-cared-for")
@pytest.mark.parametrize("at", ["requested", "accepted", "completed"])
@pytest.mark.parametrize("with_whom", ["us", "them"])
@pytest.mark.parametrize(("about", "scope"), [("carer", SHARE), ("person-cared-for", TELL_ABOUT)])
def test_a_yes_is_taken_back_at_any_time_with_either_unit_without_saying_why(
    today: Room, alva: Cast, bo: Cast, at: str, with_whom: str, about: str, scope: str
) -> None:
    """Before it is accepted, after, and when it is closed; no reason is asked for; the next read is without it."""
    sent = alva.send(under_the_newest_texts())
    referral_id = sent.json["id"]
    if at != "requested":
        bo.step("accept", referral_id)
    if at == "completed":
        bo.step("complete", referral_id, 2, {"reason": "support-started"})
    by = alva if with_whom == "us" else bo
    assert by.withdraw(consent_about(sent, about), scope).status_code == 200
    carer, _, person = what_they_read(bo, referral_id)
    assert person is None
    assert (carer is None) is (about == "carer")


@pytest.mark.holds("withdrawal-of-the-person-cared-for")
def test_what_the_carer_said_stays_and_the_form_says_so_beforehand(today: Room, alva: Cast, bo: Cast) -> None:
    """Gun withdraws: what was told of her is sealed. Frans's own words, and Bo's, name her illness and stay."""
    sent = alva.send(under_the_newest_texts())
    referral_id = sent.json["id"]
    bo.step("accept", referral_id)
    bo.step("complete", referral_id, 2, {"reason": "other", "comment": "Frun får avlösning."})
    browser, page = at_the_pages(bo, NOW), f"/referral/referrals/{referral_id}/withdraw-consent"
    form = browser.get(page).text
    assert "Det som berättats om personen döljs." in form
    assert "går fortfarande att läsa. Det gör kommentarer också." in form
    after = browser.post(page, page, person_cared_for=[TELL_ABOUT]).headers["Location"]
    shown = browser.get(after).text
    assert "Det som den som ger stöd har sagt med egna ord står kvar." in shown
    assert "Gun Provsson" not in shown
    assert "glömmer spisen" not in shown
    assert "Min man har demens" in shown
    assert "Frun får avlösning." in shown
    _, need, person = what_they_read(bo, referral_id)
    assert (need["why"], person) == ("Min man har demens och jag sover dåligt.", None)


@pytest.mark.parametrize(
    ("field", "scope", "said"),
    [
        ("carer", SHARE, "Det som det omfattade"),
        ("carer", "tell-referrer-what-happened", ""),
        ("person_cared_for", "staff-may-contact-carer", ""),
    ],
)
def test_only_what_was_sealed_is_said_to_be(
    today: Room, alva: Cast, bo: Cast, field: str, scope: str, said: str
) -> None:
    """A withdrawal of what covered no content is recorded, and nothing more is claimed."""
    body = under_the_newest_texts()
    body["consents"]["person_cared_for"]["scopes"].append("staff-may-contact-carer")
    referral_id = alva.send(body).json["id"]
    browser, page = at_the_pages(bo, NOW), f"/referral/referrals/{referral_id}/withdraw-consent"
    after = browser.get(browser.post(page, page, **{field: [scope]}).headers["Location"]).text
    assert ("förseglat från och med nu" in after or "dolt från och med nu" in after) is bool(said)
