"""What is known of an age, and what a rule about ages can tell from it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.age import (
    AgeBand,
    KnownAge,
    YearIsNotWhole,
    YearIsNotYet,
    YearIsTooFarBack,
    bands_cut_by,
    counted_by_year,
    exactly,
    of_year,
    parse_year_of_birth,
)
from shared.vocabulary.misread import Misread

TODAY = date(2026, 11, 20)
AGES = st.integers(0, 120)
LIMITS = st.none() | AGES


def test_the_bands_are_every_age_once() -> None:
    """No age is in two bands, and none in no band."""
    for age in range(130):
        assert len([band for band in AgeBand if band.ages.meets(exactly(age))]) == 1


@pytest.mark.parametrize(
    ("first", "last", "cut"),
    [
        (67, None, [AgeBand.FROM_65_TO_79]),
        (65, None, []),
        (None, 64, []),
        (0, 17, []),
        (None, 20, [AgeBand.FROM_18_TO_24]),
        (30, 70, [AgeBand.FROM_25_TO_44, AgeBand.FROM_65_TO_79]),
        (None, 90, [AgeBand.FROM_80]),
        (65, 120, []),
        (None, None, []),
    ],
)
def test_a_rule_cuts_the_bands_that_it_takes_some_of(first: int | None, last: int | None, cut: list[AgeBand]) -> None:
    """67 and over takes some of those who say 65 to 79, and cannot tell which."""
    assert list(bands_cut_by(first, last)) == cut


@given(LIMITS, LIMITS, AGES, LIMITS)
def test_what_is_known_lies_within_a_rule_is_cut_by_it_or_outside(
    first: int | None, last: int | None, least: int, most: int | None
) -> None:
    """One of the three, the same as counting age by age."""
    if first is not None and last is not None:
        first, last = sorted((first, last))
    known = KnownAge(least, most if most is None else max(least, most))
    ages = range(known.least, 121 if known.most is None else known.most + 1)
    taken = [(first is None or age >= first) and (last is None or age <= last) for age in ages]
    assert known.within(first, last) == all(taken)
    assert known.cut_by(first, last) == (any(taken) and not all(taken))


@pytest.mark.holds("counted-by-the-year")
@pytest.mark.parametrize(("turns", "age"), [(16, 16), (17, 17), (18, 17), (19, 19), (64, 64), (65, 65)])
def test_a_year_counts_as_the_age_reached_in_it_but_a_child_stays_one(turns: int, age: int) -> None:
    """Whoever turns 18 this year may still be a child."""
    assert counted_by_year(TODAY.year - turns, TODAY) == exactly(age)
    assert of_year(TODAY.year - turns, TODAY) == KnownAge(turns - 1, turns)


def test_whoever_was_born_this_year_is_no_age_yet() -> None:
    """Never less than nothing."""
    assert of_year(2026, TODAY) == exactly(0) == counted_by_year(2026, TODAY)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("45", YearIsNotWhole),
        ("1945 ", None),
        ("2027", YearIsNotYet),
        ("1899", YearIsTooFarBack),
        ("19450", YearIsNotWhole),
    ],
)
def test_a_year_of_birth_has_four_digits_and_has_been(typed: str, why: type[Misread] | None) -> None:
    """Two digits are asked about, not guessed."""
    if why is None:
        assert parse_year_of_birth(typed, TODAY) == 1945
        return
    with pytest.raises(why):
        parse_year_of_birth(typed, TODAY)
