"""People with browsers of their own in front of the whole product running, or of the directory alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.browser import WIDE, running_browser, visiting
from tests.support.directory_browsing import sign_in
from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product
from tests.support.serving import serving

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys share one running product: keep them in one worker, and give each time for a slow machine."""
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("journeys"))
            if item.get_closest_marker("timeout") is None:
                # an item's own mark would win over what its module asks for
                item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """Web, bus and relay as separate processes, with the directory's seed."""
    with running_product(infrastructure) as running:
        yield running


@pytest.fixture(scope="module")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """The directory alone: a seeded city of this module's own."""
    with seeded_city(infrastructure) as made:
        yield made


@pytest.fixture(scope="module")
def site(city: City) -> Iterator[str]:
    """The city's directory behind a port."""
    with serving(city.app) as url:
        yield url


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
    with _visits(browser, product.url) as made:
        yield made


@pytest.fixture
def visit_site(site: str, browser: Browser) -> Iterator[Visit]:
    """The same at ``site``: the city's directory, unless a module has another."""
    with _visits(browser, site) as made:
        yield made


@pytest.fixture
def hanna(visit_site: Visit) -> Page:
    """The administrator's page in that city, signed in, without JavaScript."""
    return visit_site("hanna", javascript=False)


@contextmanager
def _visits(browser: Browser, url: str) -> Iterator[Visit]:
    with ExitStack() as open_browsers:

        def open_for(
            who: str | None = None, *, unit: str = "", viewport: ViewportSize = WIDE, javascript: bool = True
        ) -> Page:
            context = open_browsers.enter_context(visiting(browser, url, viewport=viewport, javascript=javascript))
            page = context.new_page()
            if who is not None:
                sign_in(page, who, unit)
            return page

        yield open_for
