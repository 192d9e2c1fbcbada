"""After the first time the two people are called by name, where the page shows it; roles said ten times tire."""

from __future__ import annotations

import re

from tests.integration.referral.conftest import Cast, at_the_pages
from tests.integration.referral.test_unanswered import sent_by_page
from tests.support import cast
from tests.support.builders.answers import ANSWERS
from tests.support.builders.bodies import ABOUT_GUN, a_referral_about_both

FRANS = cast.FRANS.name
GUN = str(ABOUT_GUN["name"])


def main_of(who: Cast, referral_id: str) -> str:
    """The page's own text, on one line."""
    page = at_the_pages(who).get(f"/referral/referrals/{referral_id}").text
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]*>", " ", found.group(0)).split())


def consents_in(text: str) -> str:
    """What is said of consents: from that card's heading to the track's."""
    return text[text.index("Samtycken") : text.index("Det här har hänt")]


def test_consents_are_told_by_name(alva: Cast, bo: Cast) -> None:
    """Frans, who gives support; Gun, who receives it; and what was asked of each, by name."""
    told = main_of(bo, alva.send(a_referral_about_both()).json["id"])
    for said in (f"{FRANS}, som ger stöd", f"{GUN}, som får stöd", f"Personalen får kontakta {FRANS}"):
        assert said in consents_in(told)
    assert f"Berätta om {GUN}" in consents_in(told)
    for role in ("den som ger stöd", "den som får stöd"):
        assert consents_in(told).lower().count(role) == 0
        assert told.lower().count(role) <= 4


def test_whoever_may_not_be_named_is_not(alva: Cast, bo: Cast) -> None:
    """After the withdrawal the roles are back; the name is nowhere on Bo's page."""
    sent = alva.send(a_referral_about_both())
    bo.step("accept", sent.json["id"])
    (consent,) = [each["id"] for each in sent.json["consents"] if each["about"] == "carer"]
    alva.withdraw(consent)
    told = main_of(bo, sent.json["id"])
    assert FRANS not in told
    assert GUN not in told
    assert "Personalen får kontakta den som ger stöd" in told


def test_a_protected_name_stays_off_what_is_printed(alva: Cast, bo: Cast) -> None:
    """It is shown on the screen to whoever accepted; consents are printed, so nobody is named among them."""
    body = a_referral_about_both()
    body["carer"] |= {"protected_identity": True}
    referral_id = alva.send(body).json["id"]
    bo.step("accept", referral_id)
    told = main_of(bo, referral_id)
    assert FRANS in told
    assert FRANS not in consents_in(told)
    assert GUN not in consents_in(told)


def test_the_check_page_calls_the_carer_by_name(alva: Cast) -> None:
    """What Gun was asked about Frans is read out with his name, and neither role is said over and over."""
    check, _ = sent_by_page(alva, {"tell": "yes", "contact_carer": "yes", "tell_carer": "no"})
    said = " ".join(re.sub(r"<[^>]*>", " ", check[check.index("<main") : check.index("</main>")]).split())
    name = ANSWERS["carer"]["name"]
    assert f"Personalen får kontakta {name} Ja" in said
    assert f"Personalen får berätta för {name} Nej" in said
    assert said.lower().count("den som ger stöd") <= 6
    assert said.lower().count("den som får stöd") <= 4
