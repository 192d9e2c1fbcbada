"""The reader's own colours (forced colours): what only a background told elsewhere is told here all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import gallery


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for this module."""
    with running_browser() as made:
        yield made


@pytest.fixture
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The gallery, as somebody sees it who has chosen colours of their own."""
    with serving(gallery(tmp_path_factory.mktemp("gallery"))) as url, visiting(browser, url) as context:
        page = context.new_page()
        page.emulate_media(forced_colors="active")
        page.goto("/directory/login")
        page.get_by_role("button", name="Logga in som Alva Andersson").click()
        yield page


def drawn(page: Page, x: float, y: float, width: float, height: float) -> bytes:
    """A piece of the page as a picture."""
    return page.screenshot(full_page=True, clip={"x": x, "y": y, "width": width, "height": height})


def box(page: Page, selector: str) -> dict[str, float]:
    """Where the first such thing is on the page."""
    found: dict[str, float] = page.locator(selector).first.evaluate(
        "e => { const r = e.getBoundingClientRect();"
        " return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height}; }"
    )
    return found


def below(page: Page, selector: str) -> bytes:
    """A piece of the line under a menu item, as wide for all."""
    here = box(page, selector)
    return drawn(page, here["x"], here["y"] + here["height"] - 2, 12, 2)


def test_only_the_current_menu_item_looks_current(page: Page) -> None:
    """Its line is drawn; those of the others, transparent elsewhere, are not."""
    page.goto("/tillganglighet")
    page.evaluate("document.querySelector('.lotsa-nav a').setAttribute('aria-current', 'page')")
    assert page.locator(".lotsa-nav a").count() > 1
    current, other = below(page, ".lotsa-nav a[aria-current]"), below(page, ".lotsa-nav a:not([aria-current])")
    blank = drawn(page, box(page, ".lotsa-header__row")["x"] + 2, box(page, ".lotsa-header__row")["y"] + 2, 12, 2)
    assert current != other
    assert other == blank


def test_the_error_summary_has_a_box(page: Page) -> None:
    """Its edge differs from what is outside."""
    page.goto("/directory/gallery")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    here = box(page, ".ds-error-summary")
    edge = drawn(page, here["x"] + 1, here["y"] + 30, 2, 10)
    assert edge != drawn(page, here["x"] - 12, here["y"] + 30, 2, 10)
    assert edge != drawn(page, here["x"] + 8, here["y"] + 30, 2, 10)


def test_now_is_neither_done_nor_ahead_in_the_track(page: Page) -> None:
    """Three marks that look three ways."""
    page.goto("/directory/gallery")
    marks = []
    for state in ("done", "now", "ahead"):
        here = box(page, f'.lotsa-track__step[data-state="{state}"]')
        marks.append(drawn(page, here["x"], here["y"] + 4, 20, 18))
    assert len(set(marks)) == 3
