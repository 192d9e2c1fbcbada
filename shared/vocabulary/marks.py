"""Digits, dashes and spaces as a keyboard has them, whatever alphabet, telephone or word processor they came from."""

from __future__ import annotations

import re
import unicodedata

from shared.vocabulary.stacks import is_stacked

# no number is near as long, with all that people put around it
LONGEST = 1_000
# any dash is a hyphen, any space a space, and what only directs or joins is nothing
_KINDS = {"Pd": "-", "Zs": " ", "Cf": ""}
# joins, directs or breaks, and shows nothing: what copying leaves in an address
UNSEEN_IN_AN_ADDRESS = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SAME = {"\N{MINUS SIGN}": "-", "\t": " "}


def keyboard_marks(text: str) -> str:
    """The text with a keyboard's marks, for values that are digits and letters: "400505–1232" is "400505-1232".

    What cannot be such a value, for its length or its accents, comes back as it is.
    """
    if len(text) > LONGEST or is_stacked(text):
        return text.strip()
    if text.isascii():
        # typed on a keyboard, as most are: only a tab is to become a space
        return text.replace("\t", " ").strip()
    return "".join(map(_as_typed, unicodedata.normalize("NFKC", text))).strip()


def keyboard_marks_in_place(text: str) -> str:
    """The same with a character for each, so that a place in it is a place in the text."""
    return "".join(_as_typed(each) or each for each in text)


def _as_typed(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    return _SAME.get(character) or _KINDS.get(category, character)
