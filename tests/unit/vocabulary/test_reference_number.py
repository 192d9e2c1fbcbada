"""A referral's number, read as it is typed off a paper or heard on the telephone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.misread import Misread
from shared.vocabulary.reference_number import (
    ALPHABET,
    NotAReferenceNumber,
    ReferenceNumberIsMistyped,
    as_written,
    check_character,
    parse_reference_number,
)

BODIES = st.text(ALPHABET, min_size=9, max_size=9)


@given(BODIES)
def test_it_is_read_as_meant(body: str) -> None:
    """Lower case, spaces, any dash or none, O for 0, I and L for 1."""
    number = as_written(body + check_character(body))
    plain = number.replace("-", "")
    for typed in (
        number,
        plain,
        number.lower(),
        f" {plain[:5]} {plain[5:]} ",
        number.replace("-", "–"),
        plain.replace("0", "O").replace("1", "I"),
        plain.replace("0", "o").replace("1", "l"),
        " ".join(plain),
    ):
        assert parse_reference_number(typed) == number


@given(BODIES, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_a_mistyping_is_told_as_one(body: str, place: int, wrong: str) -> None:
    """Any single wrong character."""
    plain = body + check_character(body)
    typed = plain[:place] + wrong + plain[place + 1 :]
    if typed != plain:
        with pytest.raises(ReferenceNumberIsMistyped):
            parse_reference_number(typed)


@pytest.mark.parametrize("typed", ["", "7K3QX", "7K3QX-R09MPP", "7K3UX-R09MP", "7K3VX-R09MP", "åäö", "0190f3c2-8f1a"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    """Too short, too long, or with letters that no number has: those are not guessed."""
    with pytest.raises(NotAReferenceNumber):
        parse_reference_number(typed)


@given(st.text(max_size=20) | st.text(ALPHABET + "OIL- ", max_size=12))
def test_a_text_is_a_number_or_refused_by_name(text: str) -> None:
    """No other exception; and what is read is read again."""
    try:
        number = parse_reference_number(text)
    except Misread:
        return
    assert parse_reference_number(number) == number


def test_the_example_in_the_sentence_is_one() -> None:
    """Whoever copies it learns how a number looks."""
    example = NotAReferenceNumber.title.rstrip(".").rsplit(" ", 1)[1]
    assert parse_reference_number(example) == example
