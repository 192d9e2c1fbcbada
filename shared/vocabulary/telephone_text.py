"""Telephone numbers in a public text: a unit may have several, with words about them ("mån–fre 9–12")."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from phonenumbers import PhoneNumberMatcher

from shared.vocabulary.marks import keyboard_marks_in_place
from shared.vocabulary.telephone import (
    HOME,
    LEAST_DIGITS,
    SHORT,
    NotATelephoneNumber,
    Telephone,
    e164,
    is_short_number,
    parse_telephone,
)

# "08.00-16.30" is a number to the library; no Swedish number has four digits on either side of the dash
_CLOCK = re.compile(r"[0-2]?\d[.:]?[0-5]\d\s*-\s*[0-2]?\d[.:]?[0-5]\d")
_RUN = re.compile(r"\+?\(?\d(?:[-() /]{0,3}\d)*")


def parse_several(text: str) -> tuple[str | Telephone, ...]:
    """A public text ("08-123 45 67, 070-123 45 67 (mån–fre 9–12)") as its numbers and what stands around them.

    Never raises: what is no number stays text, character for character.
    """
    pieces: list[str | Telephone] = []
    at = 0
    for start, end, number in _found(text):
        if start > at:
            pieces.append(text[at:start])
        pieces.append(number)
        at = end
    if at < len(text):
        pieces.append(text[at:])
    return tuple(pieces)


def parse_public(text: str) -> str:
    """A public text of numbers, each written the one way; words around them stay. Empty stays empty.

    Raises NotATelephoneNumber (or its kind) when there is no number in it, or something that looks like one and is not.
    """
    if not text.strip():
        return ""
    pieces = parse_several(text)
    if not any(isinstance(each, Telephone) for each in pieces):
        parse_telephone(text, short=True)
        raise NotATelephoneNumber
    for each in pieces:
        if isinstance(each, str):
            _refuse_broken_numbers(each)
    return "".join(map(str, pieces)).strip()


def _found(text: str) -> Iterator[tuple[int, int, Telephone]]:
    """Numbers in a text, with where they begin and end; long ones first, then short ones in what is left."""
    # character by character, so that places in it are places in the text
    plain = keyboard_marks_in_place(text)
    found = []
    for match in PhoneNumberMatcher(plain, HOME):
        if _CLOCK.fullmatch(match.raw_string) or not match.raw_string.lstrip("(").startswith(("0", "+")):
            continue
        found.append((match.start, match.end, Telephone(e164(match.number))))
    yield from sorted(found + _short_ones(plain, found), key=lambda each: each[0])


def _short_ones(plain: str, taken: list[tuple[int, int, Telephone]]) -> list[tuple[int, int, Telephone]]:
    """The short numbers that lie in none of those taken, which stand in their order."""
    ends = [end for _, end, _ in taken]
    found = []
    for short in SHORT.finditer(plain):
        # the first that ends after this one begins is the only one that it could lie in
        after = bisect_right(ends, short.start())
        free = after == len(taken) or taken[after][0] >= short.end()
        digits = re.sub(r"\D", "", short[0])
        if free and is_short_number(digits):
            found.append((short.start(), short.end(), Telephone(digits)))
    return found


def _refuse_broken_numbers(text: str) -> None:
    """Raise for a run of digits that is long enough to be meant as a number, and neither one nor times of day."""
    plain = keyboard_marks_in_place(text)
    for run in _RUN.finditer(_CLOCK.sub("", plain)):
        if sum(map(str.isdigit, run[0])) > LEAST_DIGITS:
            parse_telephone(run[0], short=True)
