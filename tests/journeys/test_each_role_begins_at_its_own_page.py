"""Everybody comes in by the same door, begins where their work is, finds their links, and can leave."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Visit
from tests.support.browser import axe_clean, by_keyboard, fits
from tests.support.directory_browsing import sign_in
from tests.support.running import Running

BEGINS = {
    "alva": "/referral/",
    "bo": "/referral/",
    "cilla": "/referral/",
    "dani": "/directory/mine",
    "ester": "/audit/",
    "hanna": "/directory/admin",
}


@pytest.mark.parametrize("who", BEGINS)
def test_one_begins_at_ones_own_page_and_every_link_leads_somewhere(visit: Visit, who: str) -> None:
    """The page after signing in, and all that the header links to, are there, accessible and narrow."""
    page = visit(who)
    assert page.url.endswith(BEGINS[who])
    links = [link.get_attribute("href") or "" for link in page.locator(".lotsa-nav a").all()]
    assert BEGINS[who] in links
    for path in links:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("header").get_by_text("Du arbetar som").count() == 1
        axe_clean(page)
        fits(page)


@pytest.mark.holds("signed-out-everywhere", "signing-out-ends-it-everywhere")
def test_signing_out_ends_it_in_every_service(visit: Visit, product: Running) -> None:
    """After sign-out, a kept copy of the cookie opens nothing, in any service."""
    page = visit("bo")
    kept = page.context.cookies()
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/directory/signed-out")
    product.everything_has_arrived()
    page.context.add_cookies([{**cookie, "url": product.url} for cookie in _without_place(kept)])
    for path in ("/referral/", "/directory/assignment", "/audit/"):
        page.goto(path)
        assert "/directory/login" in page.url, path


@pytest.mark.holds("signing-in-again-ends-the-one-before")
def test_signing_in_again_ends_the_earlier_session_in_every_service(visit: Visit, product: Running) -> None:
    """A kept copy of the earlier cookie opens nothing, while the new session does."""
    page = visit("bo")
    kept = page.context.cookies()
    sign_in(page, "bo")
    product.everything_has_arrived()
    page.goto("/referral/")
    assert "/referral/" in page.url
    page.context.add_cookies([{**cookie, "url": product.url} for cookie in _without_place(kept)])
    for path in ("/referral/", "/directory/assignment", "/notifications/"):
        page.goto(path)
        assert "/directory/login" in page.url, path


def test_the_whole_way_in_by_keyboard(visit: Visit) -> None:
    """From the start page to one's own page without a pointer."""
    page = visit()
    page.goto("/")
    by_keyboard(page, "Logga in")
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/login*")
    by_keyboard(page, "Logga in som Alva")
    page.keyboard.press("Enter")
    page.wait_for_url("**/referral/")


def test_the_public_pages_need_nobody_and_keep_nothing(visit: Visit) -> None:
    """Start page, directory, and accessibility statement, without a login, without JavaScript, at 320 px."""
    for path in ("/", "/directory/", "/tillganglighet"):
        page = visit()
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        axe_clean(page)
        fits(page)
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def _without_place(cookies: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{"name": each["name"], "value": each["value"]} for each in cookies]
