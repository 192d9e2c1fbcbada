"""One list of languages, each by the tag that IANA's registry wants, however an older answer or a system says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.languages import (
    GIVEN_UP,
    LANGUAGE_LIMIT,
    OFFERED,
    NotALanguage,
    current,
    each_once,
    parse_language,
)

# from the registry: tag as it comes → the tag that it prefers, or the same with RFC 5646's capitals (2.1.1)
READ = {
    "sv": "sv",
    " SV ": "sv",
    "swl": "swl",
    "sgn-SE": "swl",
    "SGN-se": "swl",
    "swe": "sv",
    "ara": "ar",
    "iw": "he",
    "sr-latn": "sr-Latn",
    "zh-hant-tw": "zh-Hant-TW",
    "es-419": "es-419",
    "de-CH-1996": "de-CH-1996",
    "rom": "rom",
    "fit": "fit",
}
NO_TAGS = (
    *("", "s", "svenska", "sv_SE", "sv-", "-", "sv SE", "sv-x", "sv\nSE", "sgn-SE-", "12", "å"),
    "sv" + "-valencia" * 5,
)


@pytest.mark.parametrize(("text", "tag"), READ.items())
def test_a_language_has_one_tag(text: str, tag: str) -> None:
    """Whatever is said for it."""
    assert parse_language(text) == tag


@pytest.mark.parametrize("text", NO_TAGS)
def test_what_is_no_tag_is_refused(text: str) -> None:
    """And what was kept nevertheless is not lost."""
    with pytest.raises(NotALanguage):
        parse_language(text)
    assert current(text) == text


def test_what_pages_offer_is_written_as_it_is_read() -> None:
    """Nothing that is given up is offered, and nothing twice."""
    assert [parse_language(tag) for tag in OFFERED] == list(OFFERED)
    assert len(set(OFFERED)) == len(OFFERED)


def test_what_is_given_up_is_read_for_ever_and_written_never() -> None:
    """Each leads to a tag that stands by itself."""
    assert GIVEN_UP["sgn-SE"] == "swl"
    for old, new in GIVEN_UP.items():
        assert parse_language(old) == parse_language(new) == new


def test_a_language_with_two_letters_is_never_written_with_three() -> None:
    """RFC 5646, 2.2.1: the shortest code. Swedish's ISO 639-2 code and every other that CLDR knows by two letters."""
    for long, short in {"swe": "sv", "ara": "ar", "som": "so", "fin": "fi", "tir": "ti", "tur": "tr"}.items():
        assert parse_language(long) == short


def test_said_twice_it_is_kept_once() -> None:
    """A listing that had the old tag and the new."""
    assert each_once(["sgn-SE", "sv", "swl", "swe"]) == ("swl", "sv")


@given(st.text(max_size=LANGUAGE_LIMIT + 5) | st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", fullmatch=True))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    """One form is one form."""
    once = current(text)
    assert current(once) == once
