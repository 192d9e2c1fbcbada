"""Reference numbers that people can read aloud, and coded reasons with their dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain import codes
from services.referral.domain.consent.texts import consent_text, may_have_been_read
from services.referral.domain.people import Subject
from services.referral.domain.refusals import CodeIsUnknown, CommentIsRequired
from services.referral.domain.send import RANDOM_CHARACTERS, new_number
from shared.vocabulary.reference_number import ALPHABET

TODAY = date(2026, 11, 20)
AN_OLD_CODE = codes.Code("old", "Old", valid_from=date(2020, 1, 1), valid_to=TODAY)


def is_number(text: str) -> bool:
    """Whether whoever reads a number can see that it was typed right: the weighted sum is zero modulo 31."""
    plain = text.replace("-", "")
    weights = (*range(2, RANDOM_CHARACTERS + 2), 1)
    return sum(weight * ALPHABET.index(each) for weight, each in zip(weights, plain, strict=True)) % 31 == 0


def test_numbers_are_well_formed_and_not_in_sequence() -> None:
    """A thousand in a row are all different, and sorted otherwise than they came."""
    numbers = [new_number() for _ in range(1_000)]
    assert all(is_number(each) for each in numbers)
    assert len(set(numbers)) == len(numbers)
    assert numbers != sorted(numbers)


@settings(deadline=None)
@given(st.integers(0, 9), st.sampled_from(ALPHABET))
def test_every_single_mistyping_is_caught(place: int, wrong: str) -> None:
    """One wrong character anywhere makes it no number."""
    plain = new_number().replace("-", "")
    typed = plain[:place] + wrong + plain[place + 1 :]
    assert is_number(typed) is (typed == plain)


@settings(deadline=None)
@given(st.integers(0, 8))
def test_every_swap_of_neighbours_is_caught(place: int) -> None:
    """Two characters in the wrong order make it no number."""
    plain = new_number().replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert is_number(swapped) is (swapped == plain)


def test_nothing_that_is_mistaken_for_another_is_in_the_alphabet() -> None:
    """No I, L, O, U or V."""
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert set("ILOUV").isdisjoint(ALPHABET)


def test_a_code_is_in_force_from_its_first_day_until_it_ends() -> None:
    """The day it ends it can no longer be chosen."""
    assert AN_OLD_CODE.in_force(TODAY - timedelta(days=1))
    assert not AN_OLD_CODE.in_force(TODAY)
    assert not AN_OLD_CODE.in_force(date(2019, 12, 31))


def test_an_unknown_or_ended_code_is_refused() -> None:
    """By name of the field."""
    with pytest.raises(CodeIsUnknown):
        codes.check_reason([AN_OLD_CODE], "old", "", TODAY)
    with pytest.raises(CodeIsUnknown) as refused:
        codes.check_chosen(codes.TARGET_GROUPS, ["dementia", "nonsense"], TODAY, "/need/target_groups")
    assert list(refused.value.fields) == ["/need/target_groups"]


@pytest.mark.parametrize("reasons", [codes.REJECT_REASONS, codes.CANCEL_REASONS, codes.OUTCOMES])
def test_some_reasons_demand_a_comment(reasons: tuple[codes.Code, ...]) -> None:
    """ "Another reason" says nothing by itself."""
    with pytest.raises(CommentIsRequired):
        codes.check_reason(reasons, "other", "  ", TODAY)
    codes.check_reason(reasons, "other", "Några ord.", TODAY)


def test_every_list_has_distinct_codes_and_titles() -> None:
    """A list in which two choices look alike cannot be chosen from."""
    for name, listed in codes.LISTS.items():
        assert len({each.slug for each in listed}) == len(listed), name
        assert len({each.title for each in listed}) == len(listed), name


def test_every_target_group_names_its_basis() -> None:
    """Statute, or the municipality's own decision; both are citations with dates."""
    known = {each.slug for each in codes.CITATIONS}
    assert {each.basis for each in codes.TARGET_GROUPS} <= known


def test_each_of_the_two_people_has_a_text_to_be_read() -> None:
    """The newest in force, and known by its version and language."""
    for subject in Subject:
        newest = consent_text(subject, TODAY)
        assert may_have_been_read(subject, newest.version, "sv", TODAY)
        assert not may_have_been_read(subject, newest.version, "xx", TODAY)
        assert not may_have_been_read(subject, "nonsense", "sv", TODAY)


def test_the_text_that_is_read_out_names_whom_it_is_for() -> None:
    """The older ones, which did not, may have been read out until the day before, and no longer."""
    for subject in Subject:
        assert consent_text(subject, TODAY).names_recipient
        last, first = date(2026, 10, 31), date(2026, 11, 1)
        older, newer = consent_text(subject, last), consent_text(subject, first)
        assert older.version != newer.version
        assert may_have_been_read(subject, older.version, "sv", last)
        assert not may_have_been_read(subject, older.version, "sv", first)
        assert not may_have_been_read(subject, newer.version, "sv", last)
