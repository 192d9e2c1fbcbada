"""A trial installation that runs in containers, and people with browsers of their own in front of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.compose.trial import HOST, ORIGIN, PROVIDER, PROVIDER_ORIGIN, NotRunning, Trial
from tests.support.browser import FLAGS, WIDE, chromium

ASKED_FOR = "LOTSA_COMPOSE_TEST"
# twenty containers share the machine, and the first who signs in waits for the provider's description too
LONGEST_WAIT_MS = 60_000
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """The running installation. Only `make compose-test` asks for it: the walk leaves a referral there for good."""
    if not os.environ.get(ASKED_FOR):
        pytest.skip("needs the installation in containers: `make compose`, then `make compose-test`")
    try:
        return Trial.met(tmp_path_factory.mktemp("trial"))
    except NotRunning as trouble:
        pytest.fail(f"no installation runs in containers; `make compose` brings it up. {trouble}")


@pytest.fixture(scope="session")
def browser(trial: Trial) -> Iterator[Browser]:
    """A browser that trusts the installation's certificate, and no other that nobody vouches for."""
    program = chromium()
    if program is None:
        pytest.fail("no Chromium on this machine: `make compose-test` fetches it, or set LOTSA_CHROMIUM")
    pins = ",".join(trial.pin(host) for host in (HOST, PROVIDER))
    trusting = [*FLAGS, f"--ignore-certificate-errors-spki-list={pins}"]
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=trusting, timeout=60_000)
        yield made
        made.close()


@pytest.fixture(scope="session")
def visit(trial: Trial, browser: Browser) -> Iterator[Visit]:
    """``visit("alva")``: a page in Alva's own browser, signed in at the provider. ``visit()``: without a login.

    ``visit("bo", at=link)``: Bo follows a link first, and signs in because he is asked to.
    """
    strangers: set[str] = set()
    with ExitStack() as open_browsers:

        def open_for(who: str | None = None, *, at: str = "/directory/login") -> Page:
            context = browser.new_context(
                base_url=ORIGIN, viewport=WIDE, locale="sv-SE", timezone_id="Europe/Stockholm", reduced_motion="reduce"
            )
            open_browsers.callback(context.close)
            context.set_default_timeout(LONGEST_WAIT_MS)
            page = context.new_page()
            page.on("request", lambda asked: _note(asked.url, strangers))
            if who is not None:
                page.goto(at)
                sign_in(page, who, trial.password)
            return page

        yield open_for
    assert not strangers, f"the pages asked other hosts for something: {sorted(strangers)}"


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where people keep what they download."""
    return tmp_path_factory.mktemp("downloads")


def sign_in(page: Page, who: str, password: str) -> None:
    """Give name and password at the provider, agree that it tells Lotsa the name, and come back."""
    page.wait_for_url(f"{PROVIDER_ORIGIN}/**")
    page.fill("input[name=login]", who)
    page.press("input[name=login]", "Enter")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{ORIGIN}/**")


def _note(url: str, strangers: set[str]) -> None:
    found = re.match(r"https?://([^/:]+)", url)
    if found and found[1] not in (HOST, PROVIDER):
        strangers.add(found[1])
