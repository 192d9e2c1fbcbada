"""Before half an hour without a click ends a session, the page says so; what was typed outlives it (WCAG 2.2.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shared.kernel.actor import Role
from shared.kernel.clock import FixedClock
from tests.support.browser import axe_clean, by_keyboard, fits, running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import ALVA, BO, StaffInMemory, gallery

# summer time, so that a time in UTC would be seen
EIGHT = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
TYPED = "Det här skrev jag innan telefonen ringde."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with running_browser() as made:
        yield made


@pytest.fixture
def clock() -> FixedClock:
    """The server's clock."""
    return FixedClock(EIGHT)


@pytest.fixture
def context(browser: Browser, clock: FixedClock, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser in front of the gallery, where Alva and Bo have an assignment each."""
    staff = StaffInMemory()
    staff.grant(ALVA, "Vårdcentralen Ekliden", Role.REFERRER)
    staff.grant(BO, "Anhörigstöd Södermalm", Role.ADVISER)
    with serving(gallery(tmp_path, staff=staff, clock=clock)) as address, visiting(browser, address) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Alva has typed something, at eight o'clock; her browser's clock can be turned."""
    page = context.new_page()
    page.clock.install(time=EIGHT)
    sign_in(page, "Alva Andersson")
    page.goto("/directory/gallery")
    page.get_by_label("Varför behövs stöd?").fill(TYPED)
    return page


@pytest.fixture
def pass_time(page: Page, clock: FixedClock) -> Callable[[float], None]:
    """Let minutes pass, in the browser and at the server."""

    def turn(minutes: float) -> None:
        clock.advance(timedelta(minutes=minutes))
        page.clock.fast_forward(int(minutes * 60_000))

    return turn


def sign_in(page: Page, name: str) -> None:
    """As one of the cast."""
    page.goto("/directory/login")
    page.get_by_role("button", name=f"Logga in som {name}").click()


@pytest.mark.holds("warned-five-minutes-before")
def test_five_minutes_before_the_end_one_is_asked_and_may_go_on(page: Page, pass_time: Callable[[float], None]) -> None:
    """Not earlier, with the hour of the end; a key stays signed in; focus and text are where they were."""
    pass_time(24)
    assert page.get_by_role("dialog").count() == 0
    pass_time(1.5)
    warning = page.get_by_role("dialog", name="Du loggas snart ut")
    expect(warning).to_contain_text("loggas du ut kl. 08.30")
    axe_clean(page)
    fits(page)
    expect(page.get_by_role("button", name="Fortsätt vara inloggad")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Varför behövs stöd?")).to_be_focused()
    assert page.get_by_label("Varför behövs stöd?").input_value() == TYPED
    pass_time(24)
    assert page.get_by_role("dialog").count() == 0
    pass_time(1.5)
    expect(warning).to_contain_text("loggas du ut kl. 08.55")


def test_escape_is_a_yes_to_going_on(page: Page, pass_time: Callable[[float], None]) -> None:
    """Whoever closes the warning is there."""
    pass_time(26)
    warning = page.get_by_role("dialog", name="Du loggas snart ut")
    expect(warning).to_be_visible()
    page.keyboard.press("Escape")
    expect(warning).to_be_hidden()
    pass_time(20)
    assert page.goto("/directory/assignment") is not None
    assert "/login" not in page.url


def test_work_in_another_tab_counts(page: Page, context: BrowserContext, pass_time: Callable[[float], None]) -> None:
    """The server is asked before anything is said."""
    pass_time(20)
    context.new_page().goto("/directory/assignment")
    with page.expect_response("**/directory/session") as asked:
        pass_time(6)
    assert asked.value.json()["left"] == 24 * 60
    assert page.evaluate("fetch('/directory/session').then(answer => answer.status)") == 200
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.holds("typed-stays-on-the-page")
def test_what_was_typed_outlives_the_session(
    page: Page, context: BrowserContext, pass_time: Callable[[float], None]
) -> None:
    """After the end the page is covered; signing in again in another tab uncovers it, and its forms are good."""
    pass_time(26)
    pass_time(5)
    over = page.get_by_role("dialog", name="Du har blivit utloggad")
    expect(over).to_contain_text("är inte sparat än, men det finns kvar")
    axe_clean(page)
    fits(page)
    covered = "getComputedStyle(document.querySelector('#lotsa-session'), '::backdrop').backgroundColor"
    assert page.evaluate(covered).startswith("rgb("), "the page shows through"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(over).to_be_visible()
    with context.expect_page() as opened:
        by_keyboard(page, "Logga in igen")
        page.keyboard.press("Enter")
    other = opened.value
    other.get_by_role("button", name="Logga in som Alva Andersson").click()
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(over).to_be_hidden()
    assert page.get_by_label("Varför behövs stöd?").input_value() == TYPED
    pass_time(26)
    again = page.get_by_role("dialog", name="Du loggas snart ut")
    expect(again).to_be_visible()
    page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    page.get_by_role("button", name="Logga ut").click()
    assert page.url.endswith("/directory/signed-out"), "the form was out of date"


def test_where_nothing_was_typed_nothing_is_said_of_it(page: Page, pass_time: Callable[[float], None]) -> None:
    """In a list left open, or on a form that nobody has touched, there are no words to promise to keep."""
    page.goto("/directory/assignment")
    pass_time(31)
    over = page.get_by_role("dialog", name="Du har blivit utloggad")
    expect(over).to_contain_text("Logga in igen i en ny flik och kom sedan tillbaka hit.")
    expect(over).not_to_contain_text("finns kvar", use_inner_text=True)
    expect(over).to_have_accessible_description("Logga in igen i en ny flik och kom sedan tillbaka hit.")


def test_another_person_finds_nothing_of_what_was_typed(
    page: Page, context: BrowserContext, pass_time: Callable[[float], None]
) -> None:
    """On a shared computer Bo signs in after Alva: her page gives way to the first one, as his."""
    pass_time(31)
    expect(page.get_by_role("dialog", name="Du har blivit utloggad")).to_be_visible()
    other = context.new_page()
    sign_in(other, "Bo Bergström")
    with page.expect_navigation():
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_label("Varför behövs stöd?").count() == 0
    assert "anhörigkonsulent" in page.locator("header").inner_text()
