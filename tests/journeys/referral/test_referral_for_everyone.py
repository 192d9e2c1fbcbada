"""The pages for those who see badly, use no mouse, have a small screen, an old browser, or want it on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.journeys.referral.conftest import OpenPage
from tests.support.browser import NARROW, WIDE, axe_clean, by_keyboard, fits
from tests.support.referral_browsing import (
    GO_ON,
    answer,
    consent,
    go_on,
    referral_path,
    send_about_both,
    send_about_the_carer_alone,
    tell_of_the_carer,
    tell_of_the_person,
    tell_why,
)
from tests.support.referral_town import Town


def good(page: Page) -> None:
    """The page as it stands: axe finds nothing, it fits 320 px, and it has one heading of its own."""
    axe_clean(page)
    fits(page)
    assert page.locator("h1").count() == 1
    assert page.title() != "Lotsa"


@pytest.mark.timeout(300)
def test_every_page_of_writing_is_accessible_and_fits_a_small_screen(town: Town, as_person: OpenPage) -> None:
    """Each step, with and without errors, up to the receipt."""
    alva = as_person(town.alva)
    alva.goto("/referral/new")
    go_on(alva)
    good(alva)
    tell_of_the_carer(alva)
    good(alva)
    tell_why(alva)
    go_on(alva)
    good(alva)
    consent(alva, about_person="yes")
    good(alva)
    answer(alva, {"tell": "yes"})
    go_on(alva)
    good(alva)
    alva.go_back()
    tell_of_the_person(alva)
    good(alva)
    go_on(alva)
    good(alva)
    alva.get_by_role("link", name="Ta bort utkastet").click()
    good(alva)
    alva.get_by_role("link", name="Behåll utkastet").click()
    alva.get_by_role("button", name="Skicka lotsningen").click()
    good(alva)


@pytest.mark.timeout(300)
def test_every_page_of_following_is_accessible_and_fits_a_small_screen(town: Town, as_person: OpenPage) -> None:
    """Lists, the referral for both sides, and each form, also with errors and sealed."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    alva.goto("/referral/")
    good(alva)
    send_about_both(alva)
    path = referral_path(alva)
    tell_of_the_carer(alva, "Hans Provsson")
    alva.goto("/referral/")
    good(alva)
    for page in (path, f"{path}/cancel"):
        alva.goto(page)
        good(alva)
    for page in ("/referral/", path, f"{path}/reject", f"{path}/withdraw-consent", f"{path}-"):
        bo.goto(page)
        good(bo)
    bo.goto(path)
    bo.get_by_role("button", name="Acceptera").click()
    bo.goto(f"{path}/complete")
    bo.get_by_role("button", name="Avsluta lotsningen").click()
    good(bo)
    bo.goto(f"{path}/withdraw-consent")
    bo.get_by_label("Dela med mottagande enhet").check()
    bo.get_by_role("button", name="Anteckna återkallelsen").click()
    good(bo)


@pytest.mark.holds("keyboard-no-script-narrow")
def test_a_referral_is_written_with_the_keyboard_alone(town: Town, as_person: OpenPage) -> None:
    """Tab, space, arrows and enter are enough, and where one is can always be seen."""
    alva = as_person(town.alva)
    keys = alva.keyboard
    alva.goto("/referral/")
    by_keyboard(alva, "Ny lotsning")
    keys.press("Enter")
    alva.wait_for_url("**/new/*")
    by_keyboard(alva, "Namn på den som ger stöd")
    keys.type("Frans Provsson")
    by_keyboard(alva, "Telefonsamtal")
    keys.press("Space")
    by_keyboard(alva, "Telefon (behövs för samtal och sms)")
    keys.type("070-1740605")
    by_keyboard(alva, GO_ON)
    keys.press("Enter")
    alva.wait_for_url("**/support")
    by_keyboard(alva, "Varför vill den som ger stöd ha kontakt?")
    keys.type("Sover dåligt.")
    by_keyboard(alva, "Enskilda samtal")
    keys.press("Space")
    by_keyboard(alva, GO_ON)
    keys.press("Enter")
    alva.wait_for_url("**/consent")
    for _ in range(3):
        by_keyboard(alva, "Ja")
        keys.press("Space")
    by_keyboard(alva, "Nej, bara om den som ger stöd")
    keys.press("Space")
    by_keyboard(alva, GO_ON)
    keys.press("Enter")
    alva.wait_for_url("**/situation")
    by_keyboard(alva, "Ja")
    keys.press("ArrowRight")
    by_keyboard(alva, GO_ON)
    keys.press("Enter")
    alva.wait_for_url("**/receiver")
    by_keyboard(alva, GO_ON)
    keys.press("Enter")
    alva.wait_for_url("**/check")
    by_keyboard(alva, "Skicka lotsningen")
    keys.press("Enter")
    alva.wait_for_url("**/receipt")
    assert "Lotsningen är skickad" in alva.inner_text("h1")


@pytest.mark.holds("keyboard-no-script-narrow")
def test_all_of_it_works_without_javascript(town: Town, as_person: OpenPage) -> None:
    """Alva and Bo have scripts turned off; the only one that a page carries warns before the session ends."""
    alva, bo = as_person(town.alva, javascript=False), as_person(town.bo, javascript=False)
    send_about_both(alva)
    path = referral_path(alva)
    bo.goto(path)
    scripts = [each.get_attribute("src") or "" for each in bo.locator("script").all()]
    assert [address.partition("?")[0] for address in scripts] == ["/static/session.js"]
    bo.get_by_role("button", name="Acceptera").click()
    bo.get_by_role("link", name="Avsluta lotsningen").click()
    bo.get_by_label("Den som ger stöd har fått information").check()
    bo.get_by_role("button", name="Avsluta lotsningen").click()
    alva.goto(path)
    assert "Avslutad" in alva.inner_text("main")


def test_the_receipt_prints_without_the_frame(town: Town, as_person: OpenPage) -> None:
    """On paper: the number, what happens and the telephone; no menu, no buttons; and it becomes a PDF of one page."""
    alva = as_person(town.alva)
    number = send_about_the_carer_alone(alva)
    alva.set_viewport_size(NARROW)
    cut = "e => e.scrollWidth > e.closest('.lotsa-card').clientWidth"
    assert not alva.locator(".ds-heading.lotsa-reference").evaluate(cut), "the whole number is seen on a telephone"
    alva.set_viewport_size(WIDE)
    alva.emulate_media(media="print")
    assert alva.get_by_text(number).is_visible()
    assert alva.get_by_role("link", name="08-465 004 02").is_visible()
    assert not alva.get_by_text("Blev något fel").is_visible(), "what the sender may do is not for the carer's table"
    assert "Skickad den 20 november 2026 av" in alva.inner_text("main")
    assert not alva.locator(".lotsa-nav").is_visible()
    assert not alva.locator(".lotsa-main .ds-button").first.is_visible()
    pages = re.findall(rb"/Type\s*/Page\b(?!s)", alva.pdf(format="A4"))
    assert len(pages) == 1


@pytest.mark.parametrize("worst", [False, True])
def test_on_a_phone_what_can_be_done_is_within_two_screens_and_before_the_consents(
    town: Town, as_person: OpenPage, worst: bool
) -> None:
    """At 360 × 640: "Acceptera" and "Avböj", also below the warning that the other person has withdrawn."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_both(alva)
    path = referral_path(alva)
    if worst:
        alva.goto(f"{path}/withdraw-consent")
        for each in alva.locator("input[name=person_cared_for]").all():
            each.check()
        alva.get_by_role("button", name="Anteckna").click()
    bo.set_viewport_size({"width": 360, "height": 640})
    bo.goto(path)
    consents = bo.get_by_role("heading", name="Samtycken").bounding_box()
    assert consents is not None
    for act in (bo.get_by_role("button", name="Acceptera"), bo.get_by_role("link", name="Avböj med skäl")):
        place = act.bounding_box()
        assert place is not None
        assert place["y"] + place["height"] <= 2 * 640
        assert place["y"] < consents["y"]
    fits(bo)
