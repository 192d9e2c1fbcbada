"""Every macro in a real browser: accessible, narrow, by keyboard, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import NARROW, WIDE, axe_clean, by_keyboard, fits, running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import gallery

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = [
    "/directory/login",
    "/directory/assignment",
    "/directory/gallery",
    "/directory/signed-out",
    "/tillganglighet",
    "/nowhere",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with running_browser() as made:
        yield made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The gallery, served."""
    with serving(gallery(tmp_path_factory.mktemp("gallery"))) as made:
        yield made


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Alva's browser, signed in."""
    with visiting(browser, address) as context:
        page = context.new_page()
        page.goto("/directory/login")
        page.get_by_role("button", name="Logga in som Alva Andersson").click()
        yield page


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_narrow(page: Page, path: str) -> None:
    """axe finds nothing, wide or narrow, and nothing scrolls sideways at 320 px."""
    page.goto(path)
    axe_clean(page)
    fits(page)
    page.set_viewport_size(NARROW)
    axe_clean(page)
    page.set_viewport_size(WIDE)


def test_everything_works_without_javascript(browser: Browser, address: str) -> None:
    """Sign in, change nothing, sign out, with scripts off."""
    with visiting(browser, address, javascript=False) as context:
        page = context.new_page()
        page.goto("/directory/login?next=/directory/gallery")
        page.get_by_role("button", name="Logga in som Bo Bergström").click()
        page.get_by_role("button", name="Arbeta som anhörigkonsulent på Anhörigstöd Södermalm").click()
        assert page.locator("h1").inner_text() == "Ny lotsning"
        assert "Du arbetar som anhörigkonsulent på Anhörigstöd Södermalm" in page.locator("header").inner_text()
        page.get_by_role("button", name="Logga ut").click()
        assert page.locator("h1").inner_text() == "Du är utloggad"


def test_the_keyboard_reaches_everything(page: Page) -> None:
    """Skip link first; where something is to be corrected, that first; then fields and buttons in order.

    Each with a focus one can see.
    """
    page.goto("/tillganglighet")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/directory/gallery")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    for name in ("Skriv vad personen heter.", "Vad heter den anhöriga", "Enskilda samtal", "Fortsätt"):
        by_keyboard(page, name)


def test_an_error_is_said_where_it_is_and_above(page: Page) -> None:
    """The summary links to the field; the field is marked invalid and described by hint and error."""
    page.goto("/directory/gallery")
    page.get_by_role("alert").get_by_role("link", name="Beskriv kort varför.").click()
    field = page.get_by_label("Varför behövs stöd?")
    assert field.evaluate("e => e === document.activeElement")
    assert field.get_attribute("aria-invalid") == "true"
    described = [
        page.locator(f"#{each}").inner_text() for each in (field.get_attribute("aria-describedby") or "").split()
    ]
    assert len(described) == 2
    assert "Skriv bara om den anhöriga" in described[0]
    assert "Beskriv kort varför." in described[1]


def test_the_checks_themselves_can_fail(page: Page) -> None:
    """Planted faults are caught: a missing label, a too wide thing, a focus that cannot be seen."""
    page.goto("/directory/gallery")
    page.evaluate("document.querySelector('label').remove()")
    with pytest.raises(AssertionError, match="not accessible"):
        axe_clean(page)
    page.goto("/directory/gallery")
    page.evaluate("document.querySelector('h1').style.minInlineSize = '500px'")
    with pytest.raises(AssertionError, match="too wide"):
        fits(page)
    with pytest.raises(AssertionError, match="does not reach"):
        by_keyboard(page, "There is no such thing", most=5)


def test_nothing_personal_stays_in_the_browser(page: Page) -> None:
    """No storage is used, and the cookie holds no more than who signed in."""
    page.goto("/directory/gallery")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert [cookie["name"] for cookie in page.context.cookies()] == ["lotsa_session"]


def test_style_uses_logical_properties_only() -> None:
    """So that right-to-left can follow: no left, right, width or height in our own style sheet."""
    sheets = list(CHECKOUT.glob("shared/web/static/*.css")) + list(CHECKOUT.glob("services/*/web/static/*.css"))
    assert sheets
    sides = "left|right|top|bottom"
    physical = rf"(?:^|[;{{\s])(?:(?:margin|padding|border)-(?:{sides})|{sides}|width|height)\s*:"
    physical += rf"|(?:float|text-align)\s*:\s*(?:{sides})"
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        assert re.findall(physical, text) == [], sheet.name
