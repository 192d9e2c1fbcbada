"""Two people, two consents: what is asked, what is refused, and what a withdrawal seals."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.referral.conftest import OpenPage
from tests.support.browser import axe_clean
from tests.support.cast import GUN
from tests.support.referral_browsing import (
    answer,
    consent,
    go_on,
    keep_the_situation_to_oneself,
    post,
    referral_path,
    send,
    send_about_both,
    send_about_the_carer_alone,
    tell_of_the_carer,
    tell_of_the_person,
    tell_why,
)
from tests.support.referral_town import Town

EVERYTHING = {"Frans Provsson", "Gun Provsson", "Sover dåligt"}
ABOUT_THE_PERSON = ("relation", "person_name", "person_year_of_birth", "situation")


@pytest.mark.holds("nothing-about-them-can-be-filled-in")
def test_without_the_other_persons_consent_no_field_about_them_is_shown_or_accepted(
    town: Town, as_person: OpenPage
) -> None:
    """Gun is not asked: the page has no field about her, the server refuses one sent anyway, nothing is kept."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva)
    shown = alva.inner_text("main")
    assert "Inget om den andra personen skickas" in shown
    assert not [name for name in ABOUT_THE_PERSON if alva.locator(f"[name={name}]").count()]

    planted = {"own_statement": "no", "person_name": GUN.name, "situation": "Glömmer"}
    version = alva.locator("[name=version]").first.get_attribute("value") or ""
    step = urlsplit(alva.url).path
    refused = post(alva, step, {**planted, "version": version})
    assert refused.status == 422
    assert "Den som får stöd har inte samtyckt" in alva.inner_text("main")
    alva.goto(step)
    keep_the_situation_to_oneself(alva)
    send(alva)
    parts = town.ask("SELECT part FROM contents")
    assert [row.part for row in parts] == ["carer"], "the log can prove that nothing more was ever sent"
    assert [row.about for row in town.ask("SELECT about FROM consents")] == ["carer"]


def test_the_carers_own_words_about_the_situation_are_sent_as_such(town: Town, as_person: OpenPage) -> None:
    """Frans chooses to tell what it is about, and Bo sees that these are his own words."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva)
    answer(alva, {"own_statement": "yes"})
    go_on(alva)
    assert "Välj minst en" in alva.inner_text("#error-summary")
    alva.get_by_label("Demens eller annan kognitiv sjukdom").check()
    go_on(alva)
    send(alva)
    bo.goto(referral_path(alva))
    shown = bo.inner_text("main")
    assert "Demens eller annan kognitiv sjukdom" in shown
    assert "Uppgift från den som ger stöd själv" in shown
    assert "Det finns inget samtycke till att berätta om den som får stöd, så inget om den personen skickades" in shown


def test_a_no_from_the_carer_is_answered_with_what_may_be_done(town: Town, as_person: OpenPage) -> None:
    """Frans says no: Alva is not told to make it a yes, but whom to tell him of, and how to throw the draft away."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, share="no")
    shown = alva.inner_text("main")
    assert "Ett nej är ett nej, och inget skickas" in shown
    # a no is no mistake: nothing is asked to be put right, whatever else is unanswered, and what follows has the focus
    assert not alva.locator("#error-summary, [aria-invalid]").count()
    assert not alva.title().startswith("Rätta")
    assert "Ett nej är ett nej" in alva.evaluate("document.activeElement.innerText")
    assert "Anhörigstöd Södermalm" in shown
    assert "08-465 004 02" in shown
    axe_clean(alva)
    alva.get_by_role("button", name="Ta bort utkastet").first.click()
    alva.get_by_role("button", name="Ta bort utkastet").click()
    assert "Utkastet är borta" in alva.inner_text("main")


@pytest.mark.holds("a-no-never-stops-the-carers")
def test_a_no_from_the_other_person_never_stops_the_carers_referral(town: Town, as_person: OpenPage) -> None:
    """Gun is asked and says no: her no is not kept, and Frans's referral goes on without her."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, about_person="yes")
    answer(alva, {"tell": "no"})
    go_on(alva)
    assert not alva.locator("[name=person_name]").count()
    keep_the_situation_to_oneself(alva)
    send(alva)
    assert [row.about for row in town.ask("SELECT about FROM consents")] == ["carer"]


def test_a_consent_taken_back_before_sending_takes_the_fields_with_it(town: Town, as_person: OpenPage) -> None:
    """Everything about Gun was filled in; Alva changes the answer to no, and what was written of her is gone."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, about_person="yes")
    tell_of_the_person(alva)
    go_on(alva)
    assert "Gun Provsson" in alva.inner_text("main")
    alva.get_by_role("link", name="Ändra Samtycke från den som får stöd").click()
    answer(alva, {"tell": "no"})
    go_on(alva)
    keep_the_situation_to_oneself(alva)
    go_on(alva)
    assert "Gun Provsson" not in alva.inner_text("main")


@pytest.mark.holds("a-no-sends-nothing")
def test_without_the_carers_yes_nothing_can_be_sent(town: Town, as_person: OpenPage) -> None:
    """Frans says no to sharing: the page says so, and there is no way on, not even by asking for the last step."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, share="no")
    assert "Ett nej är ett nej" in alva.inner_text("main")
    draft = "/".join(urlsplit(alva.url).path.split("/")[:4])
    alva.goto(f"{draft}/check")
    assert urlsplit(alva.url).path.endswith("/consent")
    post(alva, f"{draft}/send", {})
    assert urlsplit(alva.url).path.endswith("/consent")
    assert not town.ask("SELECT id FROM referrals")


@pytest.mark.holds("withdrawn-at-either-unit")
def test_a_withdrawal_seals_on_the_next_read(town: Town, as_person: OpenPage) -> None:
    """Bo has the page open and accepted; Alva records Frans's withdrawal; Bo's next look shows seals and why."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_both(alva)
    path = referral_path(alva)
    bo.goto(path)
    bo.get_by_role("button", name="Acceptera").click()
    assert "Frans Provsson" in bo.inner_text("main")

    bo.emulate_media(media="print")
    assert bo.get_by_text("Det här har hänt").is_visible()
    assert not bo.get_by_text("Vad vill du göra?").is_visible(), "nothing can be done on paper"
    alva.emulate_media(media="print")
    alva.goto(path)
    assert not alva.get_by_text("Kvitto att skriva ut").is_visible(), "links are not for paper"
    alva.emulate_media(media="screen")
    assert alva.get_by_text("Kvitto att skriva ut").is_visible()
    alva.goto(f"{path}/withdraw-consent")
    assert alva.inner_text("main").count("Redan läst av Anhörigstöd Södermalm den 20 november 2026.") == 2
    assert "går inte att göra oläst" in alva.inner_text("main")
    axe_clean(alva)
    alva.get_by_label("Dela med mottagande enhet").check()
    alva.get_by_role("button", name="Anteckna återkallelsen").click()

    bo.reload()
    shown = bo.inner_text("main")
    assert "Frans Provsson" not in shown
    assert "Gun Provsson" not in shown
    assert shown.count("Den som ger stöd har återkallat sitt samtycke.") == 2, "on both cards, as it was the carer"
    bo.goto("/referral/")
    assert "Dolt: samtycket är återkallat" in bo.inner_text("tbody")


@pytest.mark.holds("withdrawn-hides-all")
def test_withdrawing_before_anyone_accepted_cancels_the_referral(town: Town, as_person: OpenPage) -> None:
    """Nothing was accepted yet: the withdrawal cancels it, and says that as the reason."""
    alva = as_person(town.alva)
    send_about_the_carer_alone(alva)
    path = referral_path(alva)
    alva.goto(f"{path}/withdraw-consent")
    alva.get_by_role("button", name="Anteckna återkallelsen").click()
    assert "Välj vad som återkallas" in alva.inner_text("#error-summary")
    alva.get_by_label("Dela med mottagande enhet").check()
    alva.get_by_role("button", name="Anteckna återkallelsen").click()
    assert "Indragen" in alva.inner_text("main")
    alva.goto(f"{path}/receipt")
    assert "Inget mer: lotsningen är avslutad" in alva.inner_text("main"), "a receipt promises nothing that is over"
    assert "ska höra av sig" not in alva.inner_text("main")
    assert [row.reason for row in town.ask("SELECT reason FROM steps WHERE action = 'cancel'")] == ["consent-withdrawn"]


@pytest.mark.holds("withdrawn-at-either-unit")
def test_only_the_other_persons_part_is_sealed_by_their_withdrawal(town: Town, as_person: OpenPage) -> None:
    """Gun takes her consent back: what was told of her is sealed, Frans's referral goes on."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_both(alva)
    path = referral_path(alva)
    bo.goto(f"{path}/withdraw-consent")
    bo.get_by_label("Berätta om den som får stöd").check()
    bo.get_by_role("button", name="Anteckna återkallelsen").click()
    shown = bo.inner_text("main")
    assert "Frans Provsson" in shown
    assert "Gun Provsson" not in shown
    assert bo.get_by_role("button", name="Acceptera").count() == 1


@pytest.mark.holds("protected-is-not-printed")
def test_a_protected_identity_is_hidden_in_lists_and_until_accepted(town: Town, as_person: OpenPage) -> None:
    """Frans's identity is protected: no list names him, not even Alva's own drafts; his name, why and Gun open only to
    the adviser who accepts, on the screen and never on paper."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    tell_of_the_carer(alva, protected_identity="true")
    tell_why(alva)
    step = alva.url
    alva.goto("/referral/")
    assert "Frans" not in alva.inner_text("main")
    assert "Skyddad identitet" in alva.inner_text("main")
    alva.goto(step)
    consent(alva, about_person="yes")
    tell_of_the_person(alva)
    go_on(alva)
    assert names_on(alva) == EVERYTHING
    assert names_on(alva, paper=True) == set()
    alva.get_by_role("button", name="Skicka lotsningen").click()
    path = referral_path(alva)
    for person in (alva, bo):
        person.goto("/referral/")
        assert "Frans Provsson" not in person.inner_text("main")
        assert "Skyddad identitet" in person.inner_text("tbody")
    bo.goto(path)
    assert names_on(bo) == set()
    assert "Enskilda samtal" in bo.inner_text("main"), "what a unit decides on is there"
    axe_clean(bo)
    bo.get_by_role("button", name="Acceptera").click()
    assert names_on(bo) == EVERYTHING
    assert names_on(bo, paper=True) == set()
    colleague = as_person(town.somebody("beata", "Beata Berg", town.bo.actor.role, town.bo.actor.unit_id))
    colleague.goto(path)
    alva.goto(path)
    assert names_on(colleague) == names_on(alva) == set()
    bo.goto("/referral/")
    assert "Frans Provsson" not in bo.inner_text("main")


def names_on(page: Page, *, paper: bool = False) -> set[str]:
    """Which of what gives somebody away can be read on a page, as shown or as printed."""
    page.emulate_media(media="print" if paper else "screen")
    shown = page.inner_text("main")
    page.emulate_media(media="screen")
    return {said for said in EVERYTHING if said in shown}
