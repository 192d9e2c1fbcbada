"""Alva has two minutes between patients: from "Ny lotsning" to the reference number, estimated by what is asked of her.

An estimate, not a person with a watch: see ``tests/support/keystrokes.py`` for what is in it and what is not.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from shared.kernel.actor import Role
from tests.journeys.referral.conftest import OpenPage
from tests.support.keystrokes import Hands
from tests.support.referral_town import HEALTH_CENTRE, Town

TWO_MINUTES = 120
MOST_CLICKS, MOST_PAGES = 22, 8
ON_A_MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
WHY = "Sover dåligt och vill ha någon att prata med."


def tell_of_frans(alva: Hands) -> None:
    """The first two steps: who, how it is safe to call, and why."""
    page = alva.page
    alva.press(page.get_by_role("main").get_by_role("link", name="Ny lotsning"))
    alva.write(page.get_by_label("Namn på den som ger stöd"), "Frans Provsson")
    alva.look()  # the place is Alva's own already
    alva.choose(page.get_by_label("Telefonsamtal"))
    alva.write(page.get_by_label("Telefon (behövs för samtal och sms)"), "070-1740605")
    go_on(alva)
    alva.write(page.get_by_label("Varför vill den som ger stöd ha kontakt?"), WHY)
    alva.choose(page.get_by_label("Enskilda samtal"))
    alva.look()  # an ordinary answer is soon enough
    go_on(alva)


def consent(alva: Hands, **answers: str) -> None:
    """A text is read out, and the answers are ticked."""
    alva.aloud(alva.page.locator(".lotsa-card", has_text="Läs upp").locator("p"))
    for name, value in answers.items():
        alva.choose(alva.page.locator(f'input[name="{name}"][value="{value}"]'))
    go_on(alva)


def go_on(alva: Hands) -> None:
    """Save the step."""
    alva.press(alva.page.get_by_role("button", name="Spara och gå vidare"))


# kept by the tab itself, so that the click that leads to the next page is counted too
COUNTING = """
    addEventListener('click', event => {
        if (event.isTrusted) sessionStorage.clicks = 1 + Number(sessionStorage.clicks || 0);
    }, true)
"""


def count_clicks(page: Page) -> None:
    """Have the browser count each click that a hand makes, from now on."""
    page.add_init_script(COUNTING)
    page.evaluate(COUNTING)


def read_through_and_send(alva: Hands) -> None:
    """The receiver as proposed, each part of the answers looked at, and sent."""
    alva.look()
    go_on(alva)
    alva.look(alva.page.locator("main section").count())
    alva.press(alva.page.get_by_role("button", name="Skicka lotsningen"))
    assert alva.page.locator(".lotsa-reference").is_visible()


@pytest.fixture
def alva(town: Town, as_person: OpenPage) -> Hands:
    """Alva at the list of what her unit has sent, on a day when the newest consent texts are read out."""
    town.clock.move_to(ON_A_MONDAY)
    page = as_person(town.somebody("alva-in-december", "Alva Andersson", Role.REFERRER, HEALTH_CENTRE))
    page.goto("/referral/")
    return Hands(page)


def test_a_referral_about_the_carer_takes_less_than_two_minutes(
    alva: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seven pages; with the consent read out to Frans as well."""
    tell_of_frans(alva)
    consent(alva, share="yes", tell_referrer="yes", channels_ok="yes", about_person="no")
    alva.choose(alva.page.locator('input[name="own_statement"][value="no"]'))
    go_on(alva)
    read_through_and_send(alva)
    with capsys.disabled():
        sys.stdout.write(f"\n{alva.told('About the carer alone')}\n")
    assert alva.pages == 7
    assert alva.seconds + alva.seconds_of_reading_aloud < TWO_MINUTES


def test_a_referral_about_both_people_takes_two_minutes_and_the_reading_out(
    alva: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight pages in less than two minutes; the two consents are read out besides, which makes more than two in all.

    No more clicks and pages than the bar, as the browser itself counts them.
    """
    count_clicks(alva.page)
    tell_of_frans(alva)
    consent(alva, share="yes", tell_referrer="yes", channels_ok="yes", about_person="yes")
    consent(alva, tell="yes")
    page = alva.page
    alva.choose(page.get_by_label("Demens eller annan kognitiv sjukdom"))
    alva.choose(page.get_by_label("Maka, make eller partner"))
    alva.write(page.get_by_label("Namn (frivilligt)"), "Gun Provsson")
    alva.write(page.get_by_label("Det som får berättas om personen"), "Glömmer spisen.")
    go_on(alva)
    read_through_and_send(alva)
    with capsys.disabled():
        sys.stdout.write(f"\n{alva.told('About both people')}\n")
    assert alva.page.evaluate("Number(sessionStorage.clicks)") == alva.clicks <= MOST_CLICKS
    assert alva.pages <= MOST_PAGES
    assert alva.seconds < TWO_MINUTES
