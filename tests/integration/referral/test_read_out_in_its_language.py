"""What is read out says which language it is in, also on a page in another: a voice reads it as it is written."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from services.referral.domain.consent.texts import CONSENT_TEXTS, UNNAMED
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_new_yes import BOTH, ELSEWHERE, draft
from tests.support.cast import KUNGSHOLMEN

# as each text begins, up to the recipient's name
BEGINNINGS = {
    words.partition(UNNAMED)[0].strip(): tag
    for text in CONSENT_TEXTS
    for tag, words in text.words.items()
    if text.names_recipient
}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Spoken(HTMLParser):
    """Which language each text of the consents is said to be in: the nearest ``lang`` around it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._around: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One further in."""
        if tag not in _VOID:
            self._around.append(dict(attrs).get("lang") or self._around[-1])

    def handle_endtag(self, tag: str) -> None:
        """One out."""
        if tag not in _VOID:
            self._around.pop()

    def handle_data(self, data: str) -> None:
        """A text, perhaps one that is read out."""
        said = data.strip(" ”“\n")
        self.found += [(is_in, self._around[-1]) for words, is_in in BEGINNINGS.items() if said.startswith(words)]


@pytest.mark.parametrize("page_in", ["sv", "en"])
@pytest.mark.parametrize("step", ["consent", "other-consent", "receiver"])
def test_a_text_is_in_the_language_that_its_place_says(room: Room, alva: Cast, step: str, page_in: str) -> None:
    """Each of them, in whatever language the page is."""
    at = draft(alva, BOTH)
    browser = at_the_pages(alva, room.clock.now())
    browser.client.set_cookie("lotsa_language", page_in)
    if step == "receiver":
        browser.post(f"{at}/receiver", f"{at}/receiver", **ELSEWHERE, read_for=str(KUNGSHOLMEN))
    page = browser.get(f"{at}/{step}")
    assert f'<html lang="{page_in}"' in page.text
    reader = Spoken()
    reader.feed(page.text)
    assert {is_in for is_in, _ in reader.found} == {"sv", "en"}
    assert [pair for pair in reader.found if pair[0] != pair[1]] == []
