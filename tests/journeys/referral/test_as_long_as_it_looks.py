"""What the browser lets through is not refused for its length: it counts, and the server counts, alike."""

from __future__ import annotations

import pytest

from tests.journeys.referral.conftest import OpenPage
from tests.support.referral_browsing import go_on, tell_of_the_carer
from tests.support.referral_town import Town

LIMIT = 4_000


@pytest.mark.parametrize("piece", ["Sover dåligt.\n", "Trött 😴 ", "a\u030a"], ids=["lines", "emoji", "apart"])
def test_a_text_as_long_as_the_browser_allows_is_taken(town: Town, as_person: OpenPage, piece: str) -> None:
    """More than fits is typed; the browser stops it at the limit, and the step is saved."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    why = alva.get_by_label("Varför vill den som ger stöd ha kontakt?")
    why.focus()
    alva.keyboard.insert_text(piece * LIMIT)
    typed = why.input_value()
    assert LIMIT - len(piece) - 1 <= len(typed.encode("utf-16-le")) // 2 <= LIMIT
    alva.get_by_label("Enskilda samtal").check()
    go_on(alva)
    assert "högst" not in alva.locator("main").inner_text()
    assert alva.get_by_label("Varför vill den som ger stöd ha kontakt?").count() == 0
