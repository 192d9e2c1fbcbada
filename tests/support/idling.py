"""Half an hour without a click, for a browser in front of processes whose clocks no test can turn."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import BrowserContext

from shared.web.session import COOKIE, SignedCookie, keys_from
from tests.support.running import Running

HALF_AN_HOUR_S = 31 * 60


def half_an_hour_passes(product: Running, context: BrowserContext) -> None:
    """The browser's cookie was last seen so much earlier, as its signer would say."""
    app = Flask(__name__)
    app.secret_key = keys_from(product.settings.session_key_file)[0]
    signer = SignedCookie().get_signing_serializer(app)
    assert signer is not None
    said = signer.loads(cookie_of(context))
    value = signer.dumps({**said, "seen": said["seen"] - HALF_AN_HOUR_S})
    context.add_cookies([{"name": COOKIE, "value": str(value), "url": product.url}])


def cookie_of(context: BrowserContext) -> str:
    """What the browser carries."""
    return next(each["value"] for each in context.cookies() if each["name"] == COOKIE)
