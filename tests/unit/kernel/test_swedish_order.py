"""Names stand where a Swedish reader looks for them."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from shared.kernel.swedish_order import swedish_order

IN_ORDER = ["Aspen", "aspens vänner", "Idébanken", "Idrott", "Zebran", "Åsen", "Ängen", "ängens vänner", "Öppet"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_swedish_letters_come_last_and_capitals_and_accents_do_not_matter(form: str) -> None:
    """However the letters are written down."""
    names = [normalize(form, name) for name in IN_ORDER]
    by_code_point = sorted(names)
    assert by_code_point != names
    assert sorted(by_code_point, key=swedish_order) == names
