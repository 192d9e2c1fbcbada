"""Alva leaves a new referral's steps by every way there is, with scripts and without: her words are where they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.referral.conftest import OpenPage
from tests.support.referral_browsing import (
    consent,
    go_on,
    keep_the_situation_to_oneself,
    tell_of_the_carer,
    tell_of_the_person,
    tell_why,
)
from tests.support.referral_town import Town

BACK, DISCARD, KEEP = "Tillbaka", "Ta bort utkastet …", "Behåll utkastet"
STAY_MS = 500
# what is typed on each step besides what is there, and what shows that it is; each step is reached by those before it
Typing = tuple[Callable[[Page], object], Callable[[Page], bool]]


def _text(name: str, words: str) -> Typing:
    field = f"[name={name}]"
    return (
        lambda page: page.fill(field, words),
        lambda page: page.input_value(field) == words,
    )


def _choice(name: str, value: str) -> Typing:
    field = f"input[name={name}][value={value}]"
    return lambda page: page.check(field), lambda page: page.is_checked(field)


STEPS: dict[str, Typing] = {
    "support": _text("why", "Orkar inte mer."),
    "consent": _choice("share", "yes"),
    "other-consent": _choice("tell", "no"),
    "situation": _choice("own_statement", "yes"),
    "receiver": _choice("unit", "other"),
}


def come_to(page: Page, step: str) -> str:
    """Fill in the steps before one, whose address is returned."""
    tell_of_the_carer(page)
    if step != "support":
        tell_why(page)
    if step in ("other-consent", "situation", "receiver"):
        consent(page, about_person="yes" if step == "other-consent" else "no")
    if step == "receiver":
        keep_the_situation_to_oneself(page)
    assert page.url.endswith(f"/{step}")
    return page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("step", STEPS)
def test_back_and_discard_keep_what_was_typed_and_end_nothing(
    town: Town, as_person: OpenPage, step: str, scripts: bool
) -> None:
    """By the form's own ways nobody is asked by the browser, and one click throws no draft away."""
    alva = as_person(town.alva, javascript=scripts)
    asked: list[str] = []
    alva.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    here = come_to(alva, step)
    types, is_there = STEPS[step]
    types(alva)
    alva.get_by_role("button", name=BACK, exact=True).click()
    assert alva.url != here
    alva.go_back()
    assert alva.url == here
    assert is_there(alva), "gone, by Tillbaka and the browser's way back"
    alva.get_by_role("button", name=DISCARD).first.click()
    assert alva.url.endswith("/discard")
    assert len(town.ask("SELECT id FROM drafts")) == 1
    alva.go_back()
    assert is_there(alva), "gone, by asking to throw the draft away and going back"
    alva.get_by_role("button", name=DISCARD).first.click()
    alva.get_by_role("link", name=KEEP).click()
    assert alva.url == here
    assert is_there(alva), "gone, by keeping the draft after all"
    alva.goto("/referral/")
    alva.locator("[aria-labelledby=drafts] a").first.click()
    assert is_there(alva), "gone, by way of the list"
    assert asked == []
    alva.get_by_role("button", name=DISCARD).first.click()
    alva.get_by_role("button", name="Ta bort utkastet").click()
    assert town.ask("SELECT id FROM drafts") == []


@pytest.mark.parametrize("step", STEPS)
def test_with_scripts_the_menu_and_the_way_back_are_asked_about(town: Town, as_person: OpenPage, step: str) -> None:
    """Whoever stays has their words; the browser asks once each time."""
    alva = as_person(town.alva)
    asked: list[str] = []
    here = come_to(alva, step)
    types, is_there = STEPS[step]
    types(alva)
    alva.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    for leave in ("document.querySelector('.lotsa-nav a').click()", "history.back()"):
        alva.evaluate(leave)
        alva.wait_for_timeout(STAY_MS)
        assert alva.url == here
        assert is_there(alva)
    assert asked == ["beforeunload"] * 2


def test_enter_in_a_field_saves_whatever_other_ways_there_are(town: Town, as_person: OpenPage) -> None:
    """The ways out of a step stand above it too; Enter is none of them."""
    alva = as_person(town.alva, javascript=False)
    tell_of_the_carer(alva)
    other = alva.context.new_page()
    other.goto(alva.url.replace("/support", "/carer"))
    alva.goto(other.url)
    alva.get_by_label("Namn på den som ger stöd").fill("Frans A Provsson")
    go_on(alva)
    other.get_by_label("Namn på den som ger stöd").fill("Frans B Provsson")
    go_on(other)
    assert other.get_by_role("button", name="Se vad som är sparat").count() == 1
    other.get_by_label("Namn på den som ger stöd").press("Enter")
    assert other.url.endswith("/support")


def test_what_is_saved_is_looked_at_without_losing_what_was_typed_since(town: Town, as_person: OpenPage) -> None:
    """Two windows: Alva writes on in the second before she looks at what the first has saved."""
    alva = as_person(town.alva, javascript=False)
    tell_of_the_carer(alva)
    other = alva.context.new_page()
    other.goto(alva.url)
    tell_why(other, "Det första fönstret.")
    alva.fill("textarea[name=why]", "Det andra fönstret.")
    alva.get_by_label("Avlösning").check()
    go_on(alva)
    alva.fill("textarea[name=why]", "Det andra fönstret, och mer.")
    alva.get_by_role("button", name="Se vad som är sparat").click()
    assert alva.input_value("textarea[name=why]") == "Det första fönstret."
    alva.get_by_role("link", name="Tillbaka till det du skrev").click()
    assert alva.input_value("textarea[name=why]") == "Det andra fönstret, och mer."


def test_a_step_left_by_the_menu_without_scripts(town: Town, as_person: OpenPage) -> None:
    """A link is no part of the form: words that were never sent are gone then, as decision 0011 says."""
    alva = as_person(town.alva, javascript=False)
    come_to(alva, "support")
    alva.fill("textarea[name=why]", "Orkar inte mer.")
    alva.locator(".lotsa-nav a").first.click()
    alva.go_back()
    alva.wait_for_url("**/support")
    assert alva.input_value("textarea[name=why]") == "", "the browser itself keeps nothing: the computer may be shared"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_reason_is_there_again_when_the_form_is_opened_anew(town: Town, as_person: OpenPage, scripts: bool) -> None:
    """Alva begins to take a referral back, goes back to look at it, and comes again."""
    alva = as_person(town.alva, javascript=scripts)
    asked: list[str] = []
    alva.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    come_to(alva, "other-consent")
    tell_of_the_person(alva)
    go_on(alva)
    alva.get_by_role("button", name="Skicka lotsningen").click()
    alva.wait_for_url("**/receipt")
    referral = alva.url.removesuffix("/receipt")
    for form, field in (("cancel", "textarea[name=comment]"), ("withdraw-consent", "input[name=carer]")):
        alva.goto(f"{referral}/{form}")
        if form == "cancel":
            alva.fill(field, "Skickades två gånger.")
        else:
            alva.locator(field).first.check()
        alva.get_by_role("button", name="Tillbaka utan att ändra något").click()
        assert alva.url == referral
        for come_again in (alva.go_back, lambda form=form: alva.goto(f"{referral}/{form}")):
            come_again()
            kept = alva.input_value(field) if form == "cancel" else alva.locator(field).first.is_checked()
            assert kept in ("Skickades två gånger.", True)
    assert town.ask("SELECT state FROM referrals")[0].state == "requested"
    assert asked == []
