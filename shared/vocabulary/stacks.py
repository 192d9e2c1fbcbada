"""Signs put on top of one another without end: no language writes them, and Unicode's own forms are slow at them.

To put a letter's accents in order takes a time that grows with the square of how many there are: one request full of
them would keep a whole service from answering anybody. Unicode's bound is thirty (UAX #15, section 13, the Stream-Safe
Text Format: more than any word of any language has).
"""

from __future__ import annotations

import re
import unicodedata

HIGHEST = 30
# not combining themselves, but what they stand for is: three Tibetan vowels, and Japanese marks of half a width
_STAND_FOR_SOME = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")
# what a whole stack looks like to a quick eye: no letter, no figure, nothing of a keyboard
_LOOKS_LIKE_ONE = re.compile(rf"(?:[^\w\x00-\x7f]|[\uff9e\uff9f]){{{HIGHEST + 1}}}")


def is_stacked(text: str) -> bool:
    """Whether more than ``HIGHEST`` combining signs stand in a row. In a time that grows with the text alone."""
    if not _LOOKS_LIKE_ONE.search(text):
        return False
    row = 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) or character in _STAND_FOR_SOME else 0
        if row > HIGHEST:
            return True
    return False
