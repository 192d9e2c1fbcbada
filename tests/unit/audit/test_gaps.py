"""Runs of numbers, and what is missing between them, against plain sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.audit.adapters.ranges import as_multirange, as_runs
from services.audit.domain.gaps import Ranges, missing, runs, split

NUMBERS = st.sets(st.integers(1, 60))


def numbers_in(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(NUMBERS)
def test_runs_hold_the_same_numbers(numbers: set[int]) -> None:
    """In order, apart from one another, and through the database's text and back."""
    found = runs(numbers)
    assert numbers_in(found) == numbers
    assert all(last + 1 < following for (_, last), (following, _) in pairwise(found))
    assert as_runs(as_multirange(found)) == found


@given(NUMBERS, st.integers(0, 70))
def test_what_is_missing_is_the_difference(heard: set[int], highest: int) -> None:
    """Everything from 1 to the highest that was not heard; nothing above."""
    assert numbers_in(missing(highest, runs(heard))) == set(range(1, highest + 1)) - heard


@given(NUMBERS, st.integers(0, 70), NUMBERS)
def test_parked_numbers_explain_their_part_of_a_gap(heard: set[int], highest: int, parked: set[int]) -> None:
    """Each missing number is either explained or not, never both, and nothing else is."""
    gaps = missing(highest, runs(heard))
    unexplained, explained = split(gaps, parked)
    assert numbers_in(unexplained) == numbers_in(gaps) - parked
    assert numbers_in(explained) == numbers_in(gaps) & parked
