"""The font of the pages: ours to serve, really used, and fetched from nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Response

from tests.support.browser import running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import gallery

LETTERS = "Åsa Öberg får stöd på Södermalm, Łódź"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for this module."""
    with running_browser() as made:
        yield made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The gallery behind a port."""
    with serving(gallery(tmp_path_factory.mktemp("gallery"))) as url:
        yield url


def test_swedish_letters_are_drawn_with_the_font_that_we_serve(browser: Browser, address: str) -> None:
    """Its Latin part comes once, preloaded; the part with Polish letters when a page has some. Nobody else is asked."""
    fonts: list[Response] = []
    with visiting(browser, address) as context:
        page = context.new_page()
        page.on("response", lambda each: fonts.append(each) if each.request.resource_type == "font" else None)
        page.goto("/directory/gallery")
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Source Sans 3 Variable\"'))")
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Source Sans 3 Variable"')
        assert all(name.startswith("Source Sans 3") for name in drawn_with(page, LETTERS[:-6]))
        assert [name_of(each) for each in fonts] == ["source-sans-3-latin-wght-normal.woff2"]
        page.evaluate("said => { document.querySelector('h1').textContent = said; }", LETTERS)
        assert page.evaluate("document.fonts.ready.then(() => true)")
        assert [name_of(each) for each in fonts][1:] == ["source-sans-3-latin-ext-wght-normal.woff2"]
        assert all(name.startswith("Source Sans 3") for name in drawn_with(page, LETTERS))
    assert {each.status for each in fonts} == {200}


def drawn_with(page: object, said: str) -> set[str]:
    """The names of the fonts that a text in the heading is really drawn with, as the browser's own tools tell."""
    page.evaluate("said => { document.querySelector('h1').textContent = said; }", said)  # type: ignore[attr-defined]
    tools = page.context.new_cdp_session(page)  # type: ignore[attr-defined]
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    heading = tools.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    told = tools.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    assert all(each["isCustomFont"] for each in told), told
    return {each["familyName"] for each in told}


def name_of(response: Response) -> str:
    """A file's name, without its version."""
    return response.url.rsplit("/", 1)[1].partition("?")[0]


def test_the_font_may_be_kept_for_a_year_and_comes_with_its_licence(browser: Browser, address: str) -> None:
    """Under an address that changes with it; the policy for what a page may fetch allows nobody else."""
    sheet = requests.get(f"{address}/static/vendor/source-sans-3.css", timeout=10).text
    files = {part.partition(")")[0] for part in sheet.split("url(")[1:]}
    assert {"source-sans-3-latin", "source-sans-3-latin-ext"} <= {each.partition("-wght")[0] for each in files}
    for each in files:
        font = requests.get(f"{address}/static/vendor/{each}", timeout=10)
        assert (font.status_code, font.headers["Content-Type"]) == (200, "font/woff2")
        assert font.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert font.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "font-src" not in font.headers["Content-Security-Policy"]
    licence = Path("shared/web/static/vendor/source-sans-3-LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
