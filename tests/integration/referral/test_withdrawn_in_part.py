"""What is said of a withdrawal is as much as was withdrawn: of each scope of both people, and of the whole."""

from __future__ import annotations

import pytest

from services.referral.domain.consent.scopes import SCOPES_OF, Scope
from services.referral.domain.people import Subject
from services.referral.web.words import WHOLE
from tests.integration.referral.conftest import Cast, at_the_pages
from tests.support.builders.bodies import a_referral_about_both

EACH = [(about, scope) for about in Subject for scope in sorted(SCOPES_OF[about])]
WHOSE = {Subject.CARER: "Den som ger stöd", Subject.PERSON_CARED_FOR: "Den som får stöd"}


@pytest.mark.parametrize(("about", "scope"), EACH)
def test_a_part_is_said_to_be_a_part(alva: Cast, bo: Cast, about: Subject, scope: Scope) -> None:
    """On the page's track, under the consent and in the adviser's list; to both sides that may see the steps."""
    body = a_referral_about_both()
    body["consents"]["person_cared_for"]["scopes"] = [each.value for each in SCOPES_OF[Subject.PERSON_CARED_FOR]]
    sent = alva.send(body).json
    bo.open(sent["id"])
    bo.step("accept", sent["id"], bo.open(sent["id"]).json["version"])
    consent = next(each["id"] for each in sent["consents"] if each["about"] == about.value)
    assert bo.withdraw(consent, scope.value).status_code < 300
    wholly = scope is WHOLE[about]
    said = f"{WHOSE[about]} har återkallat {'' if wholly else 'en del av '}sitt samtycke"
    browser = at_the_pages(bo).client
    page, lines = browser.get(f"/referral/referrals/{sent['id']}").text, browser.get("/referral/").text
    track = page[page.index("lotsa-track") : page.index("</ol>", page.index("lotsa-track"))]
    assert "Återkallelse antecknad" in track
    assert said in track
    assert said in lines
    consents = page[page.index(">Samtycken</h2>") :]
    assert ("Återkallat <time" in consents) is wholly
    assert ("En del återkallades <time" in consents) is not wholly
    for told in (page, lines):
        assert "Samtycket återkallat" not in told
    if not wholly and scope is not Scope.TELL_REFERRER_WHAT_HAPPENED:
        assert said in at_the_pages(alva).client.get(f"/referral/referrals/{sent['id']}").text


def test_whoever_sent_it_sees_first_what_has_become_of_it(alva: Cast, bo: Cast) -> None:
    """Before what they wrote themselves, in one column too; whoever receives it reads first what it says."""
    sent = alva.send().json
    told, happened = ">Den som ger stöd</h2>", ">Det här har hänt</h2>"
    for who, first, second in ((alva, happened, told), (bo, told, happened)):
        page = at_the_pages(who).client.get(f"/referral/referrals/{sent['id']}").text
        assert 0 < page.index(first) < page.index(second)
