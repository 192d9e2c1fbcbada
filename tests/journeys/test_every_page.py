"""Every page that links lead to, as each role and as nobody: axe finds nothing, and 320 px is wide enough."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.support.browser import axe_clean, fits
from tests.support.running import Running

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,27}|(?<=/)[0-9]+(?=/|$)|[0-9]{4}-[0-9]{2}-[0-9]{2}")
# led to by no link: a stranger's wrong turn, and a sign-in that the provider refused
WRONG_TURNS = ("/directory/nothing-here", "/referral/referrals/0190d1f0-0000-7000-8000-000000000000", "/nothing-here")
API_DOCS = tuple(f"/api/{service}/docs" for service in ("referral", "directory", "notifications", "audit"))
BEYOND = {
    None: ("/directory/login", "/tillganglighet", "/directory/signed-out", *API_DOCS, *WRONG_TURNS),
    "alva": ("/referral/new", "/directory/assignment", *WRONG_TURNS),
    "bo": ("/directory/assignment", "/referral/new", *WRONG_TURNS),
    "dani": ("/directory/mine", *WRONG_TURNS),
    "ester": ("/audit/log", *WRONG_TURNS),
    "hanna": ("/directory/admin", "/directory/admin/routing", *WRONG_TURNS),
}
AT_LEAST = {
    None: {"/directory/services/…", "/directory/login", "/tillganglighet"},
    "alva": {"/referral/", "/referral/new/…", "/notifications/"},
    "bo": {"/referral/", "/notifications/"},
    "dani": {"/directory/mine"},
    "ester": {"/audit/", "/audit/log"},
    "hanna": {"/directory/admin", "/directory/admin/units/new", "/directory/admin/routing/rules"},
}


def kind_of(path: str) -> str:
    """An address without what tells one thing from another: one page of each kind is looked at."""
    return ID.sub("…", path)


def every_page(page: Page, origin: str, beyond: tuple[str, ...]) -> Iterator[str]:
    """Go to one page of each kind that links lead to from the first one and from these; yields what kind it is."""
    waiting, seen = deque(["/", *beyond]), set[str]()
    while waiting:
        path = waiting.popleft()
        # a wrong turn has the address of a kind of page, and shows another: it does not stand for that kind
        kind = path if path in WRONG_TURNS else kind_of(path)
        if kind in seen:
            continue
        seen.add(kind)
        if not page.request.get(origin + path).headers["content-type"].startswith("text/html"):
            continue
        page.goto(path)
        yield kind_of(page.url.removeprefix(origin).split("?")[0])
        here = "all => all.map(e => new URL(e.href)).filter(e => e.origin === location.origin).map(e => e.pathname)"
        waiting.extend(page.eval_on_selector_all("a[href]", here))


@pytest.mark.parametrize("who", BEYOND, ids=lambda who: who or "nobody")
@pytest.mark.holds("each-kind-of-page-is-tested")
def test_every_page_that_one_can_come_to(product: Running, visit: Visit, who: str | None) -> None:
    """One of each kind, as far as links lead, and the pages of wrong turns: one heading of the first level too."""
    page = visit(who)
    seen = set()
    for kind in every_page(page, product.url, BEYOND[who]):
        seen.add(kind)
        axe_clean(page)
        fits(page)
        assert page.locator("h1").count() == 1, kind
        assert page.title(), kind
    assert AT_LEAST[who] <= seen
