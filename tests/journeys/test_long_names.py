"""Names of thirty letters and more, in every list of every service: nothing is pushed sideways at any width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.journeys.test_every_page import BEYOND, every_page
from tests.support.browser import fits
from tests.support.referral_browsing import send_about_the_carer_alone
from tests.support.running import Running

NAME = "Åkerströmsbergendahlskölderkvist"
WIDTHS = (320, 360, 480, 640, 768, 1024, 1280)
# what holds names, and numbers and addresses as long
HOLDERS = "tbody th, tbody td, dd, main :is(h1, h2, h3, li, legend, label), .lotsa-who p, .lotsa-who__name"
# numbers and times are as long as they are
FIXED = ".lotsa-reference, time, .lotsa-table__label, select, textarea, .ds-sr-only"
LENGTHEN = """([where, name, fixed]) => {
    for (const holder of document.querySelectorAll(where)) {
        const words = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT);
        for (let word = words.nextNode(); word; word = words.nextNode())
            if (word.data.trim() && !word.parentElement.closest(fixed)) {
                word.data = name + ' ' + word.data;
                break;
            }
    }
}"""


@pytest.mark.parametrize("who", BEYOND, ids=lambda who: who or "nobody")
def test_long_names_push_nothing_sideways(product: Running, visit: Visit, who: str | None) -> None:
    """One page of each kind that links lead to, with a long name in all that holds names."""
    if who == "alva":
        send_about_the_carer_alone(visit("alva"), name=NAME)
    page = visit(who)
    wrong = []
    for kind in every_page(page, product.url, BEYOND[who]):
        wrong += pushed(page, kind)
    assert not wrong, "\n".join(wrong)


def pushed(page: Page, kind: str) -> list[str]:
    """What is too wide on a page, at which width."""
    assert NAME not in page.url
    page.evaluate(LENGTHEN, [HOLDERS, NAME, FIXED])
    found = []
    for width in WIDTHS:
        try:
            fits(page, width)
        except AssertionError as error:
            found.append(f"{kind}: {error}")
    return found
