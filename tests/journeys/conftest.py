"""The whole product running, and people with browsers of their own in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.browser import WIDE, running_browser, visiting
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys share one running product: keep them in one worker, and give each time for a slow machine."""
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("journeys"))
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """Web, bus and relay as separate processes, with the directory's seed."""
    with running_product(infrastructure) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser process for all journeys; each person gets a profile of their own."""
    with running_browser() as made:
        yield made


@pytest.fixture
def visit(product: Running, browser: Browser) -> Iterator[Visit]:
    """``visit("alva")``: a page in Alva's own browser, signed in. ``visit()``: somebody without a login.

    ``unit`` names the assignment to choose when there are several; ``viewport`` and ``javascript`` as in ``visiting``.
    """
    with ExitStack() as open_browsers:

        def open_for(
            who: str | None = None, *, unit: str = "", viewport: ViewportSize = WIDE, javascript: bool = True
        ) -> Page:
            context = open_browsers.enter_context(
                visiting(browser, product.url, viewport=viewport, javascript=javascript)
            )
            page = context.new_page()
            if who is not None:
                sign_in(page, who, unit)
            return page

        yield open_for


def sign_in(page: Page, who: str, unit: str = "") -> None:
    """Sign one of the cast in through the demo list, and choose an assignment if there are several."""
    page.goto("/directory/login")
    page.click(f"button[name=who][value={who}]")
    if "/directory/assignment" in page.url:
        page.get_by_role("button", name=unit).first.click()
