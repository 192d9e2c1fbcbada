"""What is printed: a consent's text and a trail's single looks are folded on the screen, and whole on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.browser import running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import gallery

# as templates write it: on a page, and in a form
FOLDED = """place => {
    document.querySelector(place).insertAdjacentHTML('beforeend',
        '<details class="ds-details" id="folded"><summary>Texten</summary><div><p>Hela texten.</p></div></details>')
}"""
ROOM = """() => { const text = document.querySelector('#folded p').getBoundingClientRect(),
    around = document.querySelector('#folded').getBoundingClientRect();
    return text.height > 0 && text.bottom <= around.bottom + 1; }"""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The gallery."""
    with running_browser() as browser, serving(gallery(tmp_path)) as url, visiting(browser, url) as context:
        page = context.new_page()
        page.goto("/directory/login")
        page.get_by_role("button", name="Logga in som Alva Andersson").click()
        page.goto("/directory/gallery")
        yield page


def test_what_is_folded_on_a_page_is_whole_on_paper(page: Page) -> None:
    """Its words have room there, and are folded again on the screen."""
    page.evaluate(FOLDED, "main")
    assert not page.evaluate(ROOM)
    page.emulate_media(media="print")
    assert page.evaluate(ROOM)
    page.emulate_media(media="screen")
    assert not page.evaluate(ROOM)


def test_the_further_questions_of_a_form_stay_folded(page: Page) -> None:
    """Nobody has answered them."""
    page.evaluate(FOLDED, "main form")
    page.emulate_media(media="print")
    assert not page.evaluate(ROOM)
