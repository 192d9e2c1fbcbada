"""A question that was not answered is neither yes nor no: in the draft, the check, the record, the page and the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.answers import ANSWERS, GIVEN
from tests.support.builders.bodies import a_consent, a_referral

CONTACT, TELL = "staff-may-contact-carer", "staff-may-tell-carer"
ABOUT = "tell-about-person-cared-for"
# what is answered on the page, and how it is kept: answered yes to, and answered no to
CASES = [
    ({"tell": "yes"}, [ABOUT], []),
    ({"tell": "yes", "contact_carer": "no"}, [ABOUT], [CONTACT]),
    ({"tell": "yes", "contact_carer": "yes", "tell_carer": "no"}, [CONTACT, ABOUT], [TELL]),
    ({"tell": "no", "contact_carer": "yes"}, [CONTACT], [ABOUT]),
    ({"tell": "no", "contact_carer": "yes", "tell_carer": "yes"}, [CONTACT, TELL], [ABOUT]),
]


def kept(room: Room) -> list[tuple[Any, ...]]:
    """What the record of the person cared for says."""
    rows = room.ask("SELECT scopes, refused_scopes FROM consents WHERE about = 'person-cared-for'")
    return [(sorted(row.scopes), sorted(row.refused_scopes)) for row in rows]


def sent_by_page(alva: Cast, answered: dict[str, str]) -> tuple[str, str]:
    """The check page and the referral's address."""
    consents = {
        "consent": {**ANSWERS["consent"], "about_person": "yes"},
        "other-consent": {**GIVEN, "text_version": "person-cared-for-2026-2", **answered},
        "situation": {"target_groups": ["dementia"]} if answered["tell"] == "yes" else {"own_statement": "no"},
    }
    draft = alva.ask("POST", "/drafts", {"answers": {**ANSWERS, **consents}}).json["id"]
    browser, at = at_the_pages(alva), f"/referral/drafts/{draft}"
    check = browser.get(f"{at}/check").text
    receipt = browser.post(f"{at}/send", f"{at}/check").headers["Location"]
    return check, receipt.removesuffix("/receipt")


@pytest.mark.parametrize(("answered", "yes", "no"), CASES)
def test_what_is_answered_is_kept_and_what_is_not_is_not_made_up(
    room: Room, alva: Cast, answered: dict[str, str], yes: list[str], no: list[str]
) -> None:
    """By page: each question as it was answered. Nothing about the person is sent where that was answered no."""
    check, path = sent_by_page(alva, answered)
    assert check.count("Inte besvarat") == 3 - len(answered)
    assert kept(room) == [(sorted(yes), sorted(no))]
    page = at_the_pages(alva).get(path).text
    assert page.count("<strong>Inte besvarat</strong>") == 3 - len(answered)
    consent = next(
        each for each in alva.open(path.rsplit("/", 1)[1]).json["consents"] if each["about"] == "person-cared-for"
    )
    assert (consent["scopes"], consent["refused_scopes"]) == (sorted(yes), sorted(no))
    told = next(each for each in room.told("consent.given.v1") if each["about"] == "person-cared-for")
    assert sorted(told["scopes"]) == sorted(yes)
    assert room.ask("SELECT 1 FROM contents WHERE part = 'person-cared-for'") == []


@pytest.mark.parametrize(("answered", "yes", "no"), CASES)
def test_both_doors_keep_the_same(
    room: Room, alva: Cast, answered: dict[str, str], yes: list[str], no: list[str]
) -> None:
    """By API the same answers make the same record."""
    body = a_referral()
    body["consents"]["person_cared_for"] = a_consent(*yes, about="person-cared-for", refused_scopes=no)
    assert alva.send(body).status_code == 201
    assert kept(room) == [(sorted(yes), sorted(no))]


def test_a_no_to_being_told_about_is_not_said_to_be_sealed(room: Room, alva: Cast, bo: Cast) -> None:
    """Gun said that staff may get in touch, and nothing more: nothing of her was sent, and that is what it says."""
    _, path = sent_by_page(alva, {"tell": "no", "contact_carer": "yes"})
    page = at_the_pages(bo).get(path).text
    assert "Det finns inget samtycke till att berätta om den som får stöd" in page
    assert "Dolt" not in page
    closed = {"part": "person-cared-for", "why": "consent-not-given", "whose": "person-cared-for"}
    assert closed in bo.open(path.rsplit("/", 1)[1]).json["closed"]


def test_only_noes_are_no_consent(room: Room, alva: Cast) -> None:
    """Nobody is said to have agreed to anything."""
    sent_by_page(alva, {"tell": "no", "contact_carer": "no"})
    assert kept(room) == []


def test_an_answer_cannot_be_both(alva: Cast) -> None:
    """Yes and no to the same question is a mistake of the system that sends it."""
    body = a_referral()
    body["consents"]["person_cared_for"] = a_consent(ABOUT, about="person-cared-for", refused_scopes=[ABOUT])
    refused = alva.send(body)
    assert refused.json["errors"][0]["pointer"] == "#/consents/person_cared_for/refused_scopes"


def test_what_was_recorded_before_the_two_were_kept_apart_says_so(room: Room, alva: Cast) -> None:
    """From 0.1: no answer was kept as a no, so nobody can tell which it was."""
    sent = alva.send().json
    # the application's own role may add a withdrawal to a consent, and change nothing else
    owner = create_engine(room.parts.settings.service("referral").owner_database_url, poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("SELECT set_config('lotsa.actor', 'system', true)"))
        connection.execute(text("UPDATE consents SET refused_scopes = NULL, scopes = '{share-with-receiving-unit}'"))
    page = at_the_pages(alva).get(f"/referral/referrals/{sent['id']}").text
    assert "<strong>Nej, eller inte besvarat</strong>" in page
    assert alva.open(sent["id"]).json["consents"][0]["refused_scopes"] is None
