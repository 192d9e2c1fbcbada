"""Texts: one form, one way to count them, and something in them to read. Held against all of Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary import readable_text
from shared.vocabulary.misread import Misread
from shared.vocabulary.readable_text import (
    CannotBeShown,
    NothingToRead,
    TextIsTurnedAround,
    is_readable,
    length,
    one_line,
    readable,
    reads_as,
    received,
    several_lines,
)

EVERY = [chr(code) for code in range(0x110000)]
KEPT: list[Callable[[str], str]] = [one_line, several_lines]
# alone, and between signs that belong together when what is between them goes
AROUND = (("", ""), ("A\u0323", "\u030a"))
UNREADABLE = {
    "nothing": "",
    "spaces": " \t\u00a0\u2003",
    "zero-width space": "\u200b",
    "soft hyphen": "\u00ad",
    "direction marks": "\u200e\u200f",
    "joiners": "\u200c\u200d",
    "combining marks": "\u0301\u0308",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "blank of braille": "\u2800",
    "dashes": "-–—",
    "punctuation": "...?!",
    "picture of Word's bullet": "\uf0b7",
    "variation selectors": "\ufe0f\U000e0100",
}


def kept(form: Callable[[str], str], text: str) -> str | None:
    """How a text is kept, or None when it is refused."""
    try:
        return form(text)
    except Misread:
        return None


@pytest.mark.parametrize("form", KEPT)
def test_every_character_is_kept_composed_and_then_stays_as_it_is(form: Callable[[str], str]) -> None:
    """Over the whole of Unicode: alone, and between signs that it holds apart."""
    takes = [character for character in EVERY if kept(form, character) is not None]
    assert len(takes) > 1_000_000
    for before, after in AROUND:
        once = form("x".join(f"{before}{character}{after}" for character in takes))
        assert unicodedata.is_normalized("NFC", once)
        assert form(once) == once


@pytest.mark.parametrize("form", [*KEPT, received])
@given(st.text(max_size=60))
def test_any_text_is_kept_in_one_form_or_refused_by_name(form: Callable[[str], str], text: str) -> None:
    """However it was put together, it is the same text."""
    once = kept(form, text)
    if once is not None:
        assert form(once) == once
        assert kept(form, unicodedata.normalize("NFC", text)) == once
        assert kept(form, unicodedata.normalize("NFD", text)) == once
        assert "\r" not in once


@pytest.mark.parametrize("name", ["Södermalm", "Ångström", "Éva", "한글", "Việt", "Ελλάδα"])
def test_decomposed_is_the_same_name(name: str) -> None:
    """As a PDF or a Mac writes it."""
    apart = unicodedata.normalize("NFD", name)
    assert apart != name
    assert received(apart) == one_line(apart) == several_lines(apart) == name


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n", "\x0b", "\u2028", "\u2029", "\x85"])
def test_a_line_break_is_one_character_whoever_wrote_it(line_break: str) -> None:
    """Windows, a Mac of old, Word's soft one, Unicode's own."""
    assert several_lines(f"ett{line_break}två") == "ett\ntvå"
    assert one_line(f"ett{line_break}två") == "ett två"


@pytest.mark.parametrize(
    ("text", "counted"),
    [("å", 1), ("a\u030a", 1), ("ett\r\ntvå", 7), ("ett\ntvå", 7), ("👍", 2), ("👩‍👧", 5), ("", 0), ("𝔞", 2)],
)
def test_a_text_is_as_long_as_a_browser_counts_it(text: str, counted: int) -> None:
    """HTML's ``maxlength``: code units of UTF-16, a line break once."""
    assert length(text) == counted
    assert length(text) == len(received(text).encode("utf-16-le")) // 2


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u00ad", "\u200e", "\u200f", "\u2060", "\u2064"])
def test_what_nobody_sees_is_not_kept(unseen: str) -> None:
    """It comes along from a PDF or a web page, and would hide the word from whoever searches."""
    assert one_line(f"Anhörig{unseen}stöd{unseen}") == several_lines(f"{unseen}Anhörig{unseen}stöd") == "Anhörigstöd"


def test_joiners_that_other_scripts_need_are_kept() -> None:
    """Persian's and emoji's."""
    for text in ("می\u200cخواهم", "👩\u200d👧"):
        assert one_line(text) == several_lines(text) == text


@pytest.mark.parametrize("form", KEPT)
@pytest.mark.parametrize("turned", ["\u202e", "\u202d"])
def test_what_turns_a_text_around_is_refused(form: Callable[[str], str], turned: str) -> None:
    """It reads as something else than it is: "ed.sregnöm" and an ending that is none."""
    with pytest.raises(TextIsTurnedAround):
        form(f"Väster{turned}ed")


@pytest.mark.parametrize("form", KEPT)
def test_characters_that_are_none_are_refused(form: Callable[[str], str]) -> None:
    """Control characters, halves of characters, and what Unicode says is no character."""
    for character in EVERY:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r\x0b\x0c\x85":
            with pytest.raises(CannotBeShown):
                form(f"a{character}b")


def test_a_name_has_no_directions_in_it() -> None:
    """What a telephone wraps around a number or a name goes with the wrapping."""
    assert one_line("\u2068Lyktan\u2069 \u202aoch\u202c vi") == "Lyktan och vi"


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_nothing_to_read_is_nothing(text: str) -> None:
    """It can be seen by nobody, or read aloud by nobody."""
    assert not is_readable(text)
    with pytest.raises(NothingToRead):
        readable(text)


@pytest.mark.parametrize("text", ["Åsa", "7", "李", "ا", "한", "Ж", "-a-", "½", "\u00ada"])
def test_a_letter_or_a_figure_of_any_script_is_something(text: str) -> None:
    """Who is called one letter is called that."""
    assert readable(text) == text


def test_no_character_is_readable_that_unicode_calls_ignorable() -> None:
    """Those of its categories of marks, formats, separators, signs and unassigned: none of them alone is a text."""
    for character in EVERY:
        if unicodedata.category(character)[0] in "MZCPS" or "FILLER" in unicodedata.name(character, ""):
            assert not is_readable(character), ascii(character)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anhörigstöd", "ANHÖRIGSTÖD"),
        ("Anhörigstöd", "Anho\u0308rigstöd"),
        ("Anhörigstöd Väst", "Anhörigstöd\u00a0\u2003Väst "),
        ("Anhörigstöd", "\ufeffAnhörig\u200bstöd\u200e"),
        ("Anhörigstöd", "Аnhörіgѕtöd"),  # Cyrillic А, і and ѕ
        ("Enhet A", "Enhet Α"),  # Greek Alpha
        ("Enhet 1", "Enhet １"),
        ("Ofﬁce", "office"),
        ("K", "\u212a"),  # Kelvin
    ],
)
def test_names_that_read_alike_are_one_name(one: str, other: str) -> None:
    """Nobody can tell them apart on a page."""
    assert one != other
    assert reads_as(one) == reads_as(other)


@pytest.mark.parametrize(("one", "other"), [("Väst", "Vast"), ("Enhet 1", "Enhet 2"), ("Ö", "O"), ("AB", "A B")])
def test_names_that_read_otherwise_are_two(one: str, other: str) -> None:
    """Swedish letters are letters of their own."""
    assert reads_as(one) != reads_as(other)


def test_every_compatible_character_reads_as_what_unicode_says_it_is() -> None:
    """Unicode's own table of what is the same character in another dress (compatibility decompositions)."""
    for character in EVERY:
        plain = unicodedata.normalize("NFKC", character)
        if plain != character:
            assert reads_as(f"x{character}y") == reads_as(f"x{plain}y"), ascii(character)


def test_what_a_name_reads_as_is_what_it_reads_as() -> None:
    """Folding once is enough, for every character."""
    once = reads_as("".join(f"a{character}b" for character in EVERY if unicodedata.category(character) != "Cs"))
    assert reads_as(once) == once


def test_the_table_of_letters_that_are_drawn_alike_is_right() -> None:
    """Each is a letter of another alphabet, and each is told as a Latin one of the same case."""
    for code, latin in readable_text._LETTERS_ALIKE.items():
        name = unicodedata.name(chr(code))
        assert name.startswith(("CYRILLIC", "GREEK")), name
        assert latin.isascii()
        assert chr(code).isupper() == latin.isupper(), name


@pytest.mark.parametrize("keep", KEPT)
def test_what_is_quickly_found_to_be_plain_is_so(keep: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every character alone, and between others, comes out as it does on the long way."""
    texts = [each for code in range(0x400) for each in (chr(code), f" a{chr(code)} o\n")]

    def outcome(text: str) -> object:
        try:
            return keep(text)
        except Misread as wrong:
            return type(wrong)

    quick = [outcome(text) for text in texts]
    monkeypatch.setattr(readable_text, "_PLAIN", re.compile("(?!)"))
    assert quick == [outcome(text) for text in texts]
