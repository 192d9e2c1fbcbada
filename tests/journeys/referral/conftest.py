"""For each journey a town of its own: the referral service alone, on empty tables, under a clock that can be moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Page

from operations.install.installation import Installation
from shared.storage.migrations import migrate
from tests.support.browser import visiting
from tests.support.referral_town import Person, Town, a_town


class OpenPage(Protocol):
    """Opens a page in a browser profile of the person's own."""

    def __call__(self, person: Person, *, javascript: bool = True) -> Page: ...


@pytest.fixture(scope="session")
def referral_tables(installation: Installation) -> Installation:
    """The installation, with the referral service's tables in it."""
    migrate("referral", installation.settings().service("referral").owner_database_url)
    return installation


@pytest.fixture
def town(referral_tables: Installation) -> Iterator[Town]:
    """The referral service on empty tables, with the cast at their posts."""
    with a_town(referral_tables) as made:
        yield made


@pytest.fixture
def as_person(browser: Browser, town: Town) -> Iterator[OpenPage]:
    """Opens a page for somebody of the cast, signed in, in a profile of their own."""
    with ExitStack() as visits:

        def open_page(person: Person, *, javascript: bool = True) -> Page:
            context = visits.enter_context(visiting(browser, town.base_url, javascript=javascript))
            town.sign_in(context, person)
            return context.new_page()

        yield open_page
