"""Nothing typed is lost, nothing is sent twice, and whoever comes second is told."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.referral.conftest import OpenPage
from tests.support import cast
from tests.support.browser import axe_clean
from tests.support.referral_browsing import (
    answer,
    consent,
    go_on,
    keep_the_situation_to_oneself,
    post,
    referral_path,
    send,
    send_about_the_carer_alone,
    tell_of_the_carer,
    tell_why,
)
from tests.support.referral_town import Town

NO_NUMBER = "Det här är inte ett personnummer eller samordningsnummer."


def test_what_was_typed_stays_when_something_is_wrong(town: Town, as_person: OpenPage) -> None:
    """Alva forgets the telephone number: the summary leads to the field, and all else is still filled in."""
    alva = as_person(town.alva)
    alva.goto("/referral/new")
    alva.get_by_label("Namn på den som ger stöd").fill("Frans Provsson")
    alva.get_by_label("Telefonsamtal").check()
    alva.get_by_label("Något annat som gör kontakten trygg").fill("Ring från biblioteket.")
    alva.get_by_label("Personnummer").evaluate("field => field.value = '123'")
    go_on(alva)
    summary = alva.locator("#error-summary")
    assert summary.locator("a").all_inner_texts() == ["Ange telefonnumret.", NO_NUMBER]
    assert alva.title().startswith("Rätta: ")
    assert alva.evaluate("document.activeElement.id") == "error-summary", "read first, without a script of ours"
    summary.get_by_role("link", name="Ange telefonnumret").click()
    field = alva.locator("#f-phone")
    assert field.get_attribute("aria-invalid") == "true"
    assert "f-phone-error" in (field.get_attribute("aria-describedby") or "")
    assert alva.get_by_label("Namn på den som ger stöd").input_value() == "Frans Provsson"
    assert alva.get_by_label("Telefonsamtal").is_checked()
    assert alva.get_by_label("Något annat som gör").input_value() == "Ring från biblioteket."


def test_a_draft_is_kept_and_gone_on_with_and_can_be_thrown_away(town: Town, as_person: OpenPage) -> None:
    """Alva is interrupted after step 2: the draft waits in her list, sealed in the database, and is not a referral."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva, "Orkar inte mer.")
    alva.goto("/referral/")
    assert "Ett utkast är inte en lotsning. Sparat är inte skickat." in alva.inner_text("main")
    assert "Er enhet har skickat 0 lotsningar" in alva.inner_text("main")
    kept = bytes(town.ask("SELECT answers FROM drafts")[0].answers)
    assert b"Frans" not in kept
    assert b"Orkar" not in kept
    alva.get_by_role("link", name="Frans Provsson", exact=True).click()
    assert alva.url.endswith("/consent"), "it goes on where it was left"
    assert alva.locator("nav [aria-current=page]").all_inner_texts() == ["Ny lotsning"]
    alva.get_by_role("button", name="Ta bort utkastet").click()
    alva.get_by_role("button", name="Ta bort utkastet").click()
    assert "Utkastet är borta" in alva.inner_text("main")
    assert not town.ask("SELECT id FROM drafts")


@pytest.mark.parametrize("javascript", [True, False])
def test_going_back_from_step_2_finds_what_was_typed(town: Town, as_person: OpenPage, javascript: bool) -> None:
    """With the browser's own way back: the first step is as Alva left it, and saved again it is the same draft."""
    alva = as_person(town.alva, javascript=javascript)
    alva.goto("/referral/")
    tell_of_the_carer(alva, protected_identity="true")
    assert alva.url.endswith("/support")
    alva.go_back()
    name = alva.get_by_label("Namn på den som ger stöd")
    expect(name).to_have_value("Frans Provsson")
    expect(alva.locator('input[name="channels"][value="phone"]')).to_be_checked()
    name.fill("Fredrik Provsson")
    go_on(alva)
    assert alva.url.endswith("/support")
    assert len(town.ask("SELECT id FROM drafts")) == 1
    alva.go_back()
    expect(name).to_have_value("Fredrik Provsson")
    alva.go_back()
    expect(alva).to_have_url(f"{town.base_url}/referral/")


def test_a_first_step_that_is_sent_twice_is_one_draft(town: Town, as_person: OpenPage) -> None:
    """The same once more goes on; something else is asked about, beside what is saved; another one is another draft."""
    alva = as_person(town.alva)
    alva.goto("/referral/new")
    begun = urlsplit(alva.url).path
    typed = {"name": cast.FRANS.name, "channels": "phone", "phone": "070-1740605", "area": "0180-sodermalm"}
    for _ in range(2):
        post(alva, begun, typed)
        assert alva.url.endswith("/support")
    post(alva, begun, {**typed, "name": "Fredrik Provsson"})
    assert "Utkastet ändrades i ett annat fönster" in alva.inner_text("main")
    assert alva.get_by_label("Namn på den som ger stöd").input_value() == "Fredrik Provsson"
    assert len(town.ask("SELECT id FROM drafts")) == 1
    tell_of_the_carer(alva)
    assert len(town.ask("SELECT id FROM drafts")) == 2


def test_going_back_to_where_a_sent_one_began_leads_to_its_receipt(town: Town, as_person: OpenPage) -> None:
    """And to a colleague the address is an empty first step: it names nothing of Alva's."""
    alva = as_person(town.alva)
    alva.goto("/referral/new")
    begun = urlsplit(alva.url).path
    alva.get_by_label("Namn på den som ger stöd").fill("Frans Provsson")
    answer(alva, {"channels": "phone"})
    alva.get_by_label("Telefon (behövs för samtal och sms)").fill("070-1740605")
    go_on(alva)
    colleague = as_person(town.somebody("anna", "Anna Ask", town.alva.actor.role, town.alva.actor.unit_id))
    colleague.goto(begun)
    assert colleague.url.endswith(begun)
    assert colleague.get_by_label("Namn på den som ger stöd").input_value() == ""
    tell_why(alva)
    consent(alva)
    keep_the_situation_to_oneself(alva)
    send(alva)
    receipt = alva.url
    alva.goto(begun)
    assert alva.url == receipt


def test_changing_an_answer_leads_back_to_the_check(town: Town, as_person: OpenPage) -> None:
    """A change link opens its step with what was answered, and saving returns to the check page."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva)
    keep_the_situation_to_oneself(alva)
    assert "Den som ger stöd bor på Södermalm" in alva.inner_text("main"), "the proposal says why in a sentence"
    go_on(alva)
    alva.get_by_role("link", name="Ändra Anledning och önskat stöd").click()
    alva.get_by_label("Mycket skyndsamt").check()
    go_on(alva)
    assert alva.url.endswith("/check")
    assert "Mottagaren ska svara senast måndag 23 november" in alva.inner_text("main")


def test_sending_the_same_draft_twice_is_one_referral(town: Town, as_person: OpenPage) -> None:
    """A double click, or a form sent again after going back, ends on the same receipt."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    draft = "/".join(urlsplit(alva.url).path.split("/")[:4])
    tell_why(alva)
    consent(alva)
    keep_the_situation_to_oneself(alva)
    go_on(alva)
    alva.get_by_role("button", name="Skicka lotsningen").click()
    receipt = alva.url
    assert receipt.endswith("/receipt")
    post(alva, f"{draft}/send", {})
    assert alva.url == receipt
    assert len(town.ask("SELECT id FROM referrals")) == 1
    assert not town.ask("SELECT id FROM drafts")


@pytest.mark.holds("typed-is-still-here")
def test_two_windows_overwrite_nothing_of_each_other(town: Town, as_person: OpenPage) -> None:
    """Alva has the same draft open twice and writes in both: the second is told, and decides which of the two to keep;
    until then both are kept, sealed, and nothing can be sent."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    other = alva.context.new_page()
    other.goto(alva.url)
    tell_why(other, "Det första fönstret.")
    alva.get_by_label("Varför vill den som ger stöd ha kontakt?").fill("Det andra fönstret.")
    alva.get_by_label("Avlösning").check()
    go_on(alva)
    assert "Utkastet ändrades i ett annat fönster" in alva.evaluate("document.activeElement.innerText")
    assert alva.title().startswith("Rätta: ")
    axe_clean(alva)
    why = alva.locator("textarea[name=why]")
    assert why.input_value() == "Det andra fönstret."
    assert alva.get_by_label("Avlösning").is_checked()
    draft = "/".join(urlsplit(alva.url).path.split("/")[:4])
    other.goto(f"{draft}/check")
    assert urlsplit(other.url).path == f"{draft}/support", "nothing is sent before it is decided"
    alva.get_by_role("button", name="Se vad som är sparat").click()
    assert why.input_value() == "Det första fönstret."
    assert not alva.get_by_label("Avlösning").is_checked()
    axe_clean(alva)
    alva.get_by_role("link", name="Tillbaka till det du skrev").click()
    assert why.input_value() == "Det andra fönstret."
    go_on(alva)
    assert alva.url.endswith("/consent")
    other.goto(f"{draft}/support")
    assert other.locator("textarea[name=why]").input_value() == "Det andra fönstret."
    assert not other.get_by_text("Utkastet ändrades").count()


@pytest.mark.holds("nothing-sent-unread")
def test_nothing_is_sent_that_was_not_read(town: Town, as_person: OpenPage) -> None:
    """The answers are changed in another window while Alva reads them through: her sending stops, and says why."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva)
    keep_the_situation_to_oneself(alva)
    go_on(alva)
    other = alva.context.new_page()
    other.goto("/".join([*urlsplit(alva.url).path.split("/")[:4], "support"]))
    other.locator("textarea[name=why]").fill("Något annat.")
    go_on(other)
    alva.get_by_role("button", name="Skicka lotsningen").click()
    assert alva.url.endswith("/check")
    assert "Inget har skickats" in alva.inner_text("main")
    assert "Något annat." in alva.inner_text("main")
    assert not town.ask("SELECT id FROM referrals")
    alva.get_by_role("button", name="Skicka lotsningen").click()
    assert alva.url.endswith("/receipt")


@pytest.mark.holds("nothing-was-overwritten")
def test_whoever_comes_second_is_told_and_loses_nothing(town: Town, as_person: OpenPage) -> None:
    """Bo writes a reason while his colleague accepts: his words are shown again, and nothing is overwritten."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva)
    path = referral_path(alva)
    bo.goto(f"{path}/reject")
    bo.get_by_label("Ett annat skäl").check()
    bo.get_by_label("Kommentar").fill("Vi har redan ringt.")
    role, unit = town.bo.actor.role, town.bo.actor.unit_id
    colleague = as_person(town.somebody("bodil", "Bodil Berg", role, unit))
    colleague.goto(path)
    colleague.get_by_role("button", name="Acceptera").click()
    bo.get_by_role("button", name="Avböj").click()
    shown = bo.inner_text("main")
    assert "Någon annan hann före" in shown
    assert "Vi har redan ringt." in shown
    bo.get_by_role("link", name="Se hur det ligger till nu").click()
    assert "Accepterad" in bo.inner_text("main")


def test_a_form_is_refused_without_its_token(town: Town, as_person: OpenPage) -> None:
    """Another site cannot accept in Bo's name."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva)
    path = referral_path(alva)
    bo.goto("/referral/")
    answer = bo.request.post(f"{town.base_url}{path}/accept", form={"version": "1"})
    assert answer.status == 400
    assert [row.state for row in town.ask("SELECT state FROM referrals")] == ["requested"]
