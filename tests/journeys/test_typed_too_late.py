"""Alva writes for more than half an hour, without scripts to warn her, and has lost nothing (WCAG 2.2, 2.2.1; G105)."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from shared.web.session.session_cookie import COOKIE
from tests.support.browser import axe_clean, fits, visiting
from tests.support.idling import cookie_of, half_an_hour_passes
from tests.support.referral_browsing import go_on, tell_of_the_carer
from tests.support.running import Running

WHY = "Sover dåligt och orkar inte längre."


def test_what_was_typed_too_late_is_sent_after_signing_in(
    product: Running, browser: Browser, visit: Callable[..., Page]
) -> None:
    """She is told that it is kept; signing in leads to it; she sends it, and the draft has it."""
    alva = visit("alva", javascript=False)
    tell_of_the_carer(alva)
    step = alva.url
    assert step.endswith("/support")
    alva.get_by_label("Varför vill den som ger stöd ha kontakt?").fill(WHY)
    alva.get_by_label("Enskilda samtal").check()
    half_an_hour_passes(product, alva.context)
    go_on(alva)
    assert alva.get_by_role("heading", level=1).inner_text() == "Du är inte inloggad längre"
    assert "inget är borta" in alva.inner_text("main")
    fits(alva)
    alva.get_by_role("link", name="Logga in igen").click()
    alva.click("button[name=who][value=alva]")
    assert "/referral/held-form/" in alva.url
    assert "Formuläret är ett steg i en ny lotsning." in alva.inner_text("main")
    assert WHY not in alva.content()
    fits(alva)
    with visiting(browser, product.url) as with_scripts:
        # axe is one
        with_scripts.add_cookies([{"name": COOKIE, "value": cookie_of(alva.context), "url": product.url}])
        looking = with_scripts.new_page()
        looking.goto(alva.url)
        axe_clean(looking)
    alva.get_by_role("button", name="Skicka det nu").click()
    assert alva.url.endswith("/consent"), "the step is saved, and the next one comes"
    alva.goto(step)
    assert alva.locator("textarea[name=why]").input_value() == WHY
    assert alva.get_by_label("Enskilda samtal").is_checked()
