"""Half an hour without a click, for a browser in front of processes whose clocks no test can turn."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import BrowserContext

from shared.web.session.session_cookie import COOKIE
from tests.support.running import Running
from tests.support.sessions import read_session, seen_earlier, session_of

HALF_AN_HOUR = timedelta(minutes=31)


def half_an_hour_passes(product: Running, context: BrowserContext) -> None:
    """The browser's session was last seen so much earlier, as the directory would say."""
    state = read_session(product.settings, cookie_of(context))
    value = session_of(product.settings, seen_earlier(state, HALF_AN_HOUR))
    context.add_cookies([{"name": COOKIE, "value": value, "url": product.url}])


def cookie_of(context: BrowserContext) -> str:
    """What the browser carries."""
    return next(each["value"] for each in context.cookies() if each["name"] == COOKIE)
