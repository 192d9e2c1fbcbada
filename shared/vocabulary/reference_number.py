"""A referral's number for people to read aloud: nothing personal in it, not to be guessed, mistypings caught.

Nine characters and a check character from an alphabet of 31 (prime) without letters that look or sound alike: no I, L,
O, U or V. So whoever writes O means 0, and I or L means 1. The check character makes the weighted sum zero modulo 31,
which catches every single wrong character and every swap of two.
"""

from __future__ import annotations

import re

from shared.kernel.translation import says
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTWXYZ"  # pragma: allowlist secret
LENGTH = 10
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


class NotAReferenceNumber(Misread):
    """Not ten characters of those that numbers are made of."""

    slug = "not-a-reference-number"
    title = says("A referral's number is ten characters, for example 7K3QX-R09MP.")


class ReferenceNumberIsMistyped(Misread):
    """Ten characters that are no number: the check character tells."""

    slug = "reference-number-is-mistyped"
    title = says("The number is mistyped: some character in it is wrong, or two have changed places.")


def parse_reference_number(text: str) -> str:
    """The number as it was given, "7K3QX-R09MP", however it was typed: lower case, spaces, without its dash, O for 0.

    Raises NotAReferenceNumber or ReferenceNumberIsMistyped.
    """
    plain = re.sub("[- ]", "", keyboard_marks(text)).upper().translate(_MEANT)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise NotAReferenceNumber
    if check_character(plain[:-1]) != plain[-1]:
        raise ReferenceNumberIsMistyped
    return as_written(plain)


def as_written(plain: str) -> str:
    """Ten characters as a number is written."""
    return f"{plain[:5]}-{plain[5:]}"


def check_character(body: str) -> str:
    """The last character of a number that begins with these nine."""
    # weights 2, 3, 4 … are distinct and not zero modulo 31, and the check character's own weight is 1
    total = sum(weight * ALPHABET.index(each) for weight, each in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]
