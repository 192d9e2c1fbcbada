"""The browser asks before it leaves words that are not saved, whichever way one goes; no leaves them there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.support.directory_browsing import sign_in

NEW = "/directory/mine/services/new"
WORDS = "Onsdagsgruppen"
STAY_MS = 1_000
WAYS: dict[str, Callable[[Page], object]] = {
    "a link": lambda page: page.evaluate("document.querySelector('.dir-back a').click()"),
    "back": lambda page: page.evaluate("history.back()"),
    "another form": lambda page: page.evaluate("document.querySelector('form[action$=logout] button').click()"),
}


@pytest.fixture
def dani(visit_site: Visit) -> Page:
    """Dani, who has come to an empty form from her own page."""
    page = visit_site()
    sign_in(page, "dani")
    page.goto("/directory/mine")
    page.goto(NEW)
    return page


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sent", [False, True], ids=["typed", "shown again with a mistake"])
def test_the_browser_asks_before_it_leaves_what_was_typed(dani: Page, way: str, sent: bool) -> None:
    """By the menu, the back button, or a form that is another's; also what the page shows again to be put right."""
    dani.get_by_label("Namn", exact=True).fill(WORDS)
    if sent:
        dani.get_by_role("button", name="Spara").click()
        assert dani.locator(".error-summary, #error-summary").count() == 1
        dani.get_by_label("Kostnad").click()
    asked: list[str] = []
    dani.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    WAYS[way](dani)
    dani.wait_for_timeout(STAY_MS)
    assert asked == ["beforeunload"]
    assert dani.url.partition("?")[0].endswith(NEW)
    assert dani.get_by_label("Namn", exact=True).input_value() == WORDS


def test_nobody_is_asked_who_sends_the_form_or_has_typed_nothing_or_says_that_it_may_go(dani: Page) -> None:
    """Asked at every turn, people learn to say yes."""
    asked: list[str] = []
    dani.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    dani.get_by_label("Namn", exact=True).click()
    dani.locator(".dir-back a").click()
    dani.goto(NEW)
    dani.get_by_label("Namn", exact=True).fill(WORDS)
    dani.get_by_role("link", name="Lämna utan att spara").click()
    assert dani.url.endswith("/directory/mine")
    dani.goto(NEW)
    dani.get_by_label("Namn", exact=True).fill(WORDS)
    dani.get_by_label("Kort beskrivning").fill("Fika och prat.")
    dani.get_by_role("button", name="Spara").click()
    assert dani.url.endswith("/directory/mine")
    assert asked == []
