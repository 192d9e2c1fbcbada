"""A real browser for tests: Chromium without a window, axe for accessibility, geometry for narrow screens.

The browser is the machine's own, or the one that `make test` fetched. Pages fetch nothing from outside: any request
to another host than the page's own is refused and told. A click is over when the page that it leads to is there whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, ViewportSize, sync_playwright

from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from tools.set_up.chromium import chromium as find_chromium

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
LONGEST_WAIT_MS = 30_000
LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


def chromium() -> str | None:
    """Where Chromium is: `LOTSA_CHROMIUM`, the machine's own, or the one that `make test` fetched; else None."""
    found = find_chromium(DebianFolder(data_folder() / "debian"))
    return str(found) if found else None


_browsers: list[Browser] = []
_users: list[object] = []
_open = ExitStack()


def _then_whole(click: Callable[..., None]) -> Callable[..., None]:
    """That click, and then the wait until the page that it leads to has loaded.

    Playwright's own click ends when the new page has begun: what is counted right after it may not be there yet.
    """

    @wraps(click)
    def clicking(self: Page | Locator, *args: object, **options: object) -> None:
        click(self, *args, **options)
        page = self if isinstance(self, Page) else self.page
        page.wait_for_load_state("load")

    return clicking


Page.click = _then_whole(Page.click)  # type: ignore[method-assign]
Locator.click = _then_whole(Locator.click)  # type: ignore[method-assign]


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser process, ended when its last user leaves. Without a browser the test is skipped; under CI it fails.

    One for the whole process: Playwright's plain API cannot be started a second time beside itself.
    """
    program = chromium()
    if program is None:
        missing = "no Chromium on this machine: `make test` fetches it, or set LOTSA_CHROMIUM"
        # a journey that nobody made must not look like one that went well
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    if not _browsers:
        playwright = _open.enter_context(sync_playwright())
        _browsers.append(playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=60_000))
    user = object()
    _users.append(user)
    try:
        yield _browsers[0]
    finally:
        _users.remove(user)
        if not _users:
            _browsers.pop().close()
            _open.close()


@contextmanager
def visiting(
    browser: Browser, base_url: str, *, viewport: ViewportSize = WIDE, javascript: bool = True
) -> Iterator[BrowserContext]:
    """A person's own browser profile: fresh cookies, Swedish, and nothing from other hosts."""
    context = browser.new_context(
        base_url=base_url,
        viewport=viewport,
        java_script_enabled=javascript,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
    )
    context.set_default_timeout(LONGEST_WAIT_MS)
    strangers: list[str] = []

    def only_local(route: Route) -> None:
        host = urlsplit(route.request.url).hostname or ""
        if host in LOCAL or route.request.url.startswith("data:"):
            route.continue_()
        else:
            strangers.append(host)
            route.abort()

    context.route("**/*", only_local)
    try:
        yield context
    finally:
        context.close()
    assert not strangers, f"the page asked other hosts for something: {sorted(set(strangers))}"


def axe_clean(page: Page) -> None:
    """Assert that axe finds nothing against WCAG 2.2 AA (and its best practices) on the page as it stands."""
    page.wait_for_load_state("load")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    wrong = [
        f"{each['id']} ({each['impact']}): {each['help']} at {[node['target'] for node in each['nodes'][:5]]}"
        for each in found.response["violations"]
    ]
    assert not wrong, f"{urlsplit(page.url).path} is not accessible:\n" + "\n".join(wrong)


def fits(page: Page, width: int = NARROW["width"]) -> None:
    """Assert that at a width nothing scrolls sideways and nothing sticks out (WCAG 2.2, 1.4.10 Reflow)."""
    page.wait_for_load_state("load")
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 640})
    sticking_out = page.evaluate(
        """(width) => [...document.querySelectorAll('body *')].filter(e => {
             const s = getComputedStyle(e), r = e.getBoundingClientRect();
             if (s.visibility === 'hidden' || s.position === 'absolute' || !r.width) return false;
             for (let p = e.parentElement; p; p = p.parentElement)
               if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX) && p !== document.body
                   && p !== document.documentElement) return false;
             return r.right > width + 1 || r.left < -1;
           }).slice(0, 5).map(e => e.tagName + '.' + e.className)""",
        width,
    )
    scrolls = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    if before:
        page.set_viewport_size(before)
    assert not sticking_out, f"at {width} px something is too wide: {sticking_out}"
    assert not scrolls, f"at {width} px the page scrolls sideways"


def by_keyboard(page: Page, name: str, *, most: int = 80) -> None:
    """Tab until the element with this accessible name (its text or label) has focus and shows it; else assert."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
                 const s = getComputedStyle(e), box = e.closest('.ds-field') || e, b = getComputedStyle(box);
                 const label = e.labels && e.labels.length ? e.labels[0].innerText : '';
                 return {name: (e.getAttribute('aria-label') || label || e.innerText || '').trim(),
                         shown: s.outlineStyle !== 'none' || s.boxShadow !== 'none' || b.outlineStyle !== 'none'}; }"""
        )
        if found and name in found["name"]:
            assert found["shown"], f"focus on “{name}” cannot be seen"
            return
    raise AssertionError(f"the keyboard does not reach “{name}” within {most} steps")
