"""Whom a consent is for, who has read under it, and the day on which a list is asked about."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import UTC, date, datetime
from html import escape
from uuid import UUID

import pytest

from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.domain import codes
from services.referral.domain.consent.texts import DOCUMENTS
from services.referral.domain.lifecycle import State
from services.referral.domain.refusals import CodeIsUnknown
from shared.kernel.identity import ReferralId
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_two_consents import pointers, slug
from tests.support.builders.answers import ANSWERS
from tests.support.builders.bodies import a_referral, a_referral_about_both, read_out_for
from tests.support.cast import KUNGSHOLMEN, SODERMALM

PARTNER = UUID(int=77)
THERE = [
    {"rule_id": area, "area": f"0180-{area}", "unit_id": str(unit), "reason_sv": "Bor där."}
    for area, unit in (("sodermalm", SODERMALM), ("kungsholmen", KUNGSHOLMEN))
]


def test_nothing_is_sent_to_civil_society(room: Room, alva: Cast) -> None:
    """It is outside the secrecy act, and no text that was read out says so: refused by name, and nothing is kept."""
    room.a_unit(PARTNER, "partner", area="0180-sodermalm")
    body = a_referral_about_both(receiving_unit_id=str(PARTNER))
    refused = alva.send(body)
    assert (refused.status_code, slug(refused)) == (422, "receiver-is-civil-society")
    assert pointers(refused) == {"#/receiving_unit_id"}
    assert "civilsamhället" in refused.json["title"]
    assert room.ask("SELECT 1 FROM referrals UNION ALL SELECT 1 FROM outbox") == []


def test_no_rule_leads_to_civil_society(room: Room, alva: Cast) -> None:
    """Neither as receiver nor as stand-in, whatever a municipality's rules say."""
    room.a_unit(PARTNER, "partner", area="0180-sodermalm")
    rule = {"rule_id": "1", "area": "0180-sodermalm", "reason_sv": "Så är det."}
    room.rules({**rule, "unit_id": str(PARTNER)}, version=2)
    assert alva.send().json["receiving_unit_id"] == str(SODERMALM)
    room.rules({**rule, "unit_id": str(KUNGSHOLMEN), "stand_in_unit_id": str(PARTNER)}, version=3)
    sent = alva.send(read_out_for(KUNGSHOLMEN, a_referral())).json
    assert (sent["receiving_unit_id"], sent["stand_in_unit_id"]) == (str(KUNGSHOLMEN), None)


def test_the_consent_names_its_recipient_from_reading_out_to_record(room: Room, alva: Cast) -> None:
    """The text names the place's carer support; the check says which units it turns out to be; the page tells it."""
    browser = at_the_pages(alva)
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    text = browser.get(f"/referral/drafts/{draft}/consent").text
    assert "lämnas till kommunens anhörigstöd i Stockholm, Södermalm, och till den enhet som ersätter den" in text
    assert "passed on to the municipality&#39;s carer support in Stockholm, Södermalm" in text
    assert 'name="text_version" value="carer-2026-2"' in text
    check = f"/referral/drafts/{draft}/check"
    told = "säg till personen att lotsningen går till Enhet 2, med Enhet 4 som ersättare vid frånvaro."
    assert told in browser.get(check).text
    receipt = browser.post(f"/referral/drafts/{draft}/send", check).headers["Location"]
    assert (
        "Samtycket gäller utlämnande till Enhet 2 och till ersättaren Enhet 4."
        in browser.get(receipt.removesuffix("/receipt")).text
    )


def test_a_withdrawal_says_who_has_read(room: Room, alva: Cast, bo: Cast) -> None:
    """Unit and day, for each of the two people: opened, or only seen by name in a list."""
    sent = alva.send(a_referral_about_both()).json
    form = f"/referral/referrals/{sent['id']}/withdraw-consent"
    alva.open(sent["id"])
    assert at_the_pages(alva).get(form).text.count("Ingen annan enhet har läst det än.") == 2
    at_the_pages(bo).get("/referral/")
    listed = at_the_pages(alva).get(form).text
    assert "Namnet har synts i listan hos Enhet 2 den 20 november 2026." in listed
    assert listed.count("Ingen annan enhet har läst det än.") == 1, "a list tells nothing of Gun"
    bo.open(sent["id"])
    later = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    room.clock.move_to(later)
    bo.open(sent["id"])
    for who in (alva, bo):
        told = at_the_pages(who, later).get(form).text
        assert told.count("Redan läst av Enhet 2 den 20 november 2026, 22 november 2026.") == 2, (
            "days as they are in Sweden"
        )
        assert "Namnet har synts" not in told
    assert "Enhet 1 den" not in told, "whoever wrote it needs no telling"


def test_what_was_read_without_a_consent_is_not_said_to_be_read(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo's look at a form, and at what was sealed for him, showed nothing of it."""
    sent = alva.send(a_referral_about_both()).json
    about_gun = next(each["id"] for each in sent["consents"] if each["about"] == "person-cared-for")
    alva.withdraw(about_gun, "tell-about-person-cared-for")
    form = f"/referral/referrals/{sent['id']}/withdraw-consent"
    at_the_pages(bo).get(form)
    assert "Redan läst" not in at_the_pages(alva).get(form).text


def test_a_page_reads_out_the_document_word_for_word(alva: Cast) -> None:
    """In both languages, with the recipient as the version's own documents name it: no catalogue comes between."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    page = at_the_pages(alva).get(f"/referral/drafts/{draft}/consent").text
    documents = DOCUMENTS / "carer-2026-2"
    for language in ("sv", "en"):
        phrase = (documents / f"recipient.{language}.txt").read_text("utf-8").strip()
        words = (documents / f"{language}.txt").read_text("utf-8").strip()
        named = phrase.replace("%(place)s", "Stockholm, Södermalm")
        assert escape(words.replace("%(recipient)s", named)).replace("&#x27;", "&#39;") in page


def test_a_yes_read_out_in_an_older_window_is_not_one_for_another_recipient(room: Room, alva: Cast) -> None:
    """Frans says yes in one window while the place is changed in another: what he said besides is kept, his yes is
    not, and nothing is sent before he has been asked about the new recipient."""
    room.rules(*THERE, version=2)
    browser = at_the_pages(alva)
    answers = {**ANSWERS, "consent": {**ANSWERS["consent"], "share": "no"}}
    at = f"/referral/drafts/{alva.ask('POST', '/drafts', {'answers': answers}).json['id']}"
    elsewhere = {**ANSWERS["carer"], "area": "0180-kungsholmen"}
    browser.post(f"{at}/carer", f"{at}/carer", **elsewhere)
    said = {name: value for name, value in ANSWERS["consent"].items() if name != "given_at"}
    said |= {"tell_referrer": "no", "version": "1"}
    assert browser.post(f"{at}/consent", f"{at}/consent", **said).headers["Location"] == f"{at}/consent"
    shown = browser.get(f"{at}/consent").text
    assert "Stockholm, Kungsholmen" in shown
    assert _ticked(shown) >= {("tell_referrer", "no"), ("about_person", "no")}
    assert not {"share", "channels_ok"} & {name for name, _ in _ticked(shown)}
    as_shown = dict(_ticked(shown)) | {"text_version": "carer-2026-2"}
    assert browser.post(f"{at}/consent", f"{at}/consent", **as_shown).headers["Location"] == f"{at}/consent?tried=1"
    assert browser.get(f"{at}/check").headers["Location"] == f"{at}/consent?tried=1"


def _ticked(page: str) -> set[tuple[str, str]]:
    """The radio buttons that are chosen."""
    found = [tag for tag in re.findall(r"<input[^>]*>", page) if 'type="radio"' in tag and " checked" in tag]
    return {(re.search('name="([^"]*)"', tag)[1], re.search('value="([^"]*)"', tag)[1]) for tag in found}  # type: ignore[index]


@pytest.mark.parametrize("about", ["carer", "person_cared_for"])
def test_a_text_that_names_no_recipient_was_read_out_in_its_time_only(room: Room, alva: Cast, about: str) -> None:
    """A consent under the old text is taken if it was given before midnight in Sweden, when the new one began."""
    body = a_referral_about_both()
    consent = body["consents"][about]
    old = consent["text_version"] = consent["text_version"].replace("-2026-2", "-2026-1")
    for given_at in ({}, {"given_at": "2026-10-31T23:00:00Z"}, {"given_at": "2026-11-20T12:03:00Z"}):
        consent.update(given_at)
        refused = alva.send(body)
        assert (refused.status_code, slug(refused)) == (422, "consent-does-not-hold")
        assert pointers(refused) == {f"#/consents/{about}/text_version"}
    assert room.ask("SELECT 1 FROM referrals UNION ALL SELECT 1 FROM outbox") == []
    consent["given_at"] = "2026-10-31T22:59:00Z"
    assert alva.send(body).status_code == 201
    consent["text_version"] = old.replace("-1", "-2")
    assert pointers(alva.send(body)) == {f"#/consents/{about}/text_version"}, "nor was the new one read before its time"


@pytest.mark.parametrize(("hour", "in_force"), [(22, False), (23, True)])
def test_a_code_is_in_force_on_the_swedish_day(
    room: Room, alva: Cast, bo: Cast, monkeypatch: pytest.MonkeyPatch, hour: int, in_force: bool
) -> None:
    """A reason that begins on 1 January can be chosen from midnight in Sweden, at 23 UTC the evening before."""
    new = codes.Code("new-reason", "Another reason", valid_from=date(2027, 1, 1))
    monkeypatch.setattr("services.referral.commands.reject_referral.REJECT_REASONS", (new,))
    command = RejectReferral(referral_id=ReferralId(UUID(alva.send().json["id"])), reason="new-reason")
    room.clock.move_to(datetime(2026, 12, 31, hour, 30, tzinfo=UTC))
    with room.parts.unit_of_work(bo.actor) as uow, nullcontext() if in_force else pytest.raises(CodeIsUnknown):
        assert reject_referral(command, bo.actor, uow).state is State.REJECTED
