"""Personnummer and samordningsnummer as people and word processors write them.

Skatteverket's test numbers: those below are of its published lists (the same that the demo draws from, and those that
the Swedish ``personnummer`` libraries test themselves with); the rest are made by the series' own rule, birth numbers
980–999 and 238–239, over all days that there are. Check digits are counted here by another reading of Luhn's rule.
"""

from __future__ import annotations

import json
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer

from shared.vocabulary.age import KnownAge
from shared.vocabulary.identity_number import (
    BornInTheFuture,
    CenturyIsMissing,
    IdentityNumber,
    IdentityNumberIsMistyped,
    NoSuchBirthday,
    NotAnIdentityNumber,
    as_written,
    parse_identity_number,
)

TODAY = date(2026, 11, 20)
PEOPLE = json.loads((Path(__file__).parents[3] / "demo/seed/people.json").read_text("utf-8"))
PUBLISHED = [*PEOPLE["identity_numbers"], "198507099805", "198112189876", "201701102384", "201701102392"]
TEST_BIRTH_NUMBERS = [*range(980, 1000), 238, 239]
DAYS = st.dates(date(1890, 1, 1), TODAY)


def luhn_holds(ten: str) -> bool:
    """ISO/IEC 7812-1, from the right: the doubled digits' digits and the others add up to a multiple of ten."""
    total = 0
    for place, each in enumerate(reversed(ten)):
        total += sum(map(int, str(int(each) * 2))) if place % 2 else int(each)
    return total % 10 == 0


def numbered(day: str, birth_number: int) -> str:
    """The one of ten last digits that makes a number of eight digits of a day and three more."""
    nine = f"{day}{birth_number:03}"
    return next(nine + each for each in "0123456789" if luhn_holds(nine[2:] + each))


@st.composite
def personnummer_of(draw: st.DrawFn) -> str:
    """A personnummer of the test series' kind."""
    return numbered(f"{draw(DAYS):%Y%m%d}", draw(st.sampled_from(TEST_BIRTH_NUMBERS)))


@st.composite
def samordningsnummer_of(draw: st.DrawFn) -> str:
    """A samordningsnummer of the test series' kind, some without a month, a day or both."""
    born = draw(st.dates(date(1890, 1, 1), TODAY - timedelta(days=366)))
    month = draw(st.sampled_from([born.month, 0]))
    day = draw(st.sampled_from([born.day, 0]))
    return numbered(f"{born.year}{month:02}{day + 60:02}", draw(st.sampled_from(TEST_BIRTH_NUMBERS)))


@pytest.mark.parametrize("published", PUBLISHED)
def test_published_test_numbers_are_read(published: str) -> None:
    """The corpus is right by another reckoning, and every number of it is read in all spellings."""
    assert luhn_holds(published[2:])
    number = parse_identity_number(published, TODAY)
    assert number == IdentityNumber(published)
    assert parse_identity_number(str(number), TODAY) == number


@given(personnummer_of())
def test_every_personnummer_of_the_series_is_read_in_every_spelling(digits: str) -> None:
    """Twelve digits, and ten with the sign that tells the century, with any dash and any space."""
    expected = IdentityNumber(digits)
    day, last, sign = digits[:8], digits[8:], "+" if TODAY.year - int(digits[:4]) >= 100 else "-"
    spellings = [
        digits,
        f"{day}-{last}",
        f"{day}–{last}",
        f"{day} {last}",
        f"{day}\N{NO-BREAK SPACE}-\N{NO-BREAK SPACE}{last}",
    ]
    spellings += [
        f"{day[2:]}{sign}{last}",
        f"{day[2:4]} {day[4:6]} {day[6:]} {sign} {last}",
        f"{day[:4]}-{day[4:6]}-{day[6:]}-{last}",
    ]
    spellings += [
        f"{day}\N{NON-BREAKING HYPHEN}{last}",
        f"{day}\N{MINUS SIGN}{last}",
        f"{day[2:]}{sign}\N{SOFT HYPHEN}{last}",
    ]
    for spelling in spellings:
        assert parse_identity_number(spelling, TODAY) == expected, ascii(spelling)


@given(samordningsnummer_of())
def test_every_samordningsnummer_is_read_also_without_month_or_day(digits: str) -> None:
    """The day has 60 added; what is not known is 00, so the day is then 60."""
    number = parse_identity_number(digits, TODAY)
    assert (number.month or 0, number.day or 0) == (int(digits[4:6]), int(digits[6:8]) - 60)
    assert parse_identity_number(str(number), TODAY) == number
    known = number.ages(TODAY)
    assert known.most is not None
    turns = TODAY.year - number.year
    assert turns - 1 <= known.least <= known.most <= turns


@given(personnummer_of() | samordningsnummer_of())
def test_another_library_takes_the_same_numbers(digits: str) -> None:
    """But those without month or day, which it does not know of."""
    try:
        known = personnummer.parse(digits)
    except personnummer.PersonnummerException:
        assert digits[4:6] == "00" or digits[6:8] == "60"
        return
    assert known.format(long_format=True) == parse_identity_number(digits, TODAY).digits


@given(personnummer_of(), st.integers(0, 11), st.sampled_from("0123456789"))
def test_no_single_wrong_digit_is_taken_for_the_number(digits: str, place: int, wrong: str) -> None:
    """In the ten that the check digit covers, one wrong digit is told."""
    typed = digits[:place] + wrong + digits[place + 1 :]
    if typed == digits or place < 2:
        return
    with pytest.raises(NotAnIdentityNumber):
        parse_identity_number(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("19121212-1213", IdentityNumberIsMistyped),
        (numbered("19000229", 980), NoSuchBirthday),
        ("19850732-9805", NoSuchBirthday),
        ("19851309-9805", NoSuchBirthday),
        ("19850009-9805", NoSuchBirthday),
        ("19850700-9805", NoSuchBirthday),
        ("20850709-9805", BornInTheFuture),
        ("850709-9805", None),
        ("1212121212", CenturyIsMissing),
        ("19121212", NotAnIdentityNumber),
        ("19121212-12121", NotAnIdentityNumber),
        ("1912121A-1212", NotAnIdentityNumber),
        ("19850709+9805", NotAnIdentityNumber),
        ("19121212-0002", NotAnIdentityNumber),
        ("", NotAnIdentityNumber),
        ("Frans", NotAnIdentityNumber),
    ],
)
def test_what_is_wrong_is_said_by_its_name(typed: str, why: type[NotAnIdentityNumber] | None) -> None:
    """And never with the number in it."""
    if why is None:
        assert parse_identity_number(typed, TODAY).digits == "198507099805"
        return
    with pytest.raises(NotAnIdentityNumber) as refused:
        parse_identity_number(typed, TODAY)
    assert type(refused.value) is why
    assert not any(map(str.isdigit, str(refused.value)))


def test_the_number_tells_the_age() -> None:
    """To the day; where the birthday is not known, one of two."""
    assert parse_identity_number("19850709-9805", date(2026, 7, 8)).ages(date(2026, 7, 8)) == KnownAge(40, 40)
    assert parse_identity_number("19850709-9805", TODAY).ages(date(2026, 7, 9)) == KnownAge(41, 41)
    no_day = parse_identity_number(numbered("19851160", 980), TODAY)
    assert no_day.ages(TODAY) == KnownAge(40, 41)
    assert no_day.ages(date(2026, 10, 31)) == KnownAge(40, 40)
    assert no_day.ages(date(2026, 12, 1)) == KnownAge(41, 41)
    nothing = parse_identity_number(numbered("20080060", 980), TODAY)
    assert nothing.ages(TODAY) == KnownAge(17, 18)
    assert nothing.counted_age(TODAY) == KnownAge(17, 17)


def test_a_kept_number_is_written_one_way_and_not_told_by_its_repr() -> None:
    """With a hyphen before the last four; what logs might show has no digit."""
    assert as_written("191212121212") == "19121212-1212"
    assert as_written("kept otherwise") == "kept otherwise"
    assert "1912" not in repr(IdentityNumber("191212121212"))


@given(st.text(max_size=30) | st.text("0123456789+- –", max_size=16))
def test_a_text_is_a_number_or_refused_by_name(text: str) -> None:
    """No other exception, whatever is typed."""
    try:
        number = parse_identity_number(text, TODAY)
    except NotAnIdentityNumber:
        return
    assert parse_identity_number(str(number), TODAY) == number


@given(st.integers(1880, 2026), st.integers(0, 99), st.integers(0, 99), st.integers(0, 999), st.integers(0, 9))
def test_every_day_that_is_taken_exists(year: int, month: int, day: int, birth_number: int, check: int) -> None:
    """Whatever twelve digits are typed, the day of a number that is read is one in the calendar."""
    try:
        number = parse_identity_number(f"{year}{month:02}{day:02}{birth_number:03}{check}", TODAY)
    except NotAnIdentityNumber:
        return
    assert number.month is None or 1 <= number.month <= 12
    assert number.day is None or 1 <= number.day <= monthrange(number.year, number.month or 1)[1]
