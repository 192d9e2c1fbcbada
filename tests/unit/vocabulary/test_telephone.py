"""Telephone numbers as people write them, held to the numbering plans' own examples."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from shared.vocabulary.misread import Misread
from shared.vocabulary.telephone import (
    AreaCodeIsMissing,
    DigitsAreMissing,
    LeadingZeroIsMissing,
    LettersInTheNumber,
    MoreThanOneNumber,
    NoSuchNumber,
    NotATelephoneNumber,
    ShortNumber,
    Telephone,
    TooManyDigits,
    as_written,
    parse_telephone,
)
from shared.vocabulary.telephone_text import parse_public, parse_several

KINDS = sorted(PhoneNumberType.values())
FICTION = ("070-1740605", "08-46500401", "031-3900600", "040-6280400", "0980-319200")


def examples() -> list[phonenumbers.PhoneNumber]:
    """Every region's example of every kind, and of those that belong to no region, from the library's metadata."""
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in KINDS
    ]
    found += [
        phonenumbers.example_number_for_non_geo_entity(code)
        for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
    ]
    return [each for each in found if each is not None]


EXAMPLES = examples()
SWEDISH = [each for each in EXAMPLES if each.country_code == 46]


def test_every_example_number_of_the_world_is_read_written_and_read_again() -> None:
    """What is written is read as the same number, whatever country and kind it is of."""
    assert len(EXAMPLES) > 1_000
    for each in EXAMPLES:
        e164 = phonenumbers.format_number(each, PhoneNumberFormat.E164)
        number = parse_telephone(e164)
        assert number.number == e164
        assert parse_telephone(str(number)) == number
        assert parse_telephone(phonenumbers.format_number(each, PhoneNumberFormat.INTERNATIONAL)) == number


def test_every_swedish_example_is_read_in_national_and_international_spelling() -> None:
    """With 0, with +46, with 0046, with the zero that is in brackets: the same number."""
    assert len(SWEDISH) >= 6
    for each in SWEDISH:
        national = phonenumbers.format_number(each, PhoneNumberFormat.NATIONAL)
        bare = phonenumbers.national_significant_number(each)
        expected = Telephone(f"+46{bare}")
        for spelling in (
            national,
            f"0{bare}",
            f"+46{bare}",
            f"0046{bare}",
            f"+46 (0){bare}",
            national.replace("-", "–"),
        ):
            assert parse_telephone(spelling) == expected, spelling


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("0701740605", "070-174 06 05"),
        ("+46 70 174 06 05", "070-174 06 05"),
        ("46701740605", "070-174 06 05"),
        ("070\N{NO-BREAK SPACE}174\N{NO-BREAK SPACE}06\N{NO-BREAK SPACE}05", "070-174 06 05"),
        ("070–174 06 05", "070-174 06 05"),
        ("070—1740605", "070-174 06 05"),
        ("070\N{MINUS SIGN}1740605", "070-174 06 05"),
        ("\N{LEFT-TO-RIGHT EMBEDDING}070-1740605\N{POP DIRECTIONAL FORMATTING}", "070-174 06 05"),
        ("０７０1740605", "070-174 06 05"),
        ("(08) 465 004 01", "08-465 004 01"),
        ("08/465 004 01", "08-465 004 01"),
        ("0980-319200", "0980-31 92 00"),
        ("0771123456", "0771-12 34 56"),
        ("+4722222222", "+47 22 22 22 22"),
    ],
)
def test_as_people_and_word_processors_write_it(typed: str, written: str) -> None:
    """One number, one way to write it."""
    assert str(parse_telephone(typed)) == written


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("650 12 34", AreaCodeIsMissing),
        ("650 12", AreaCodeIsMissing),
        ("701740605", LeadingZeroIsMissing),
        ("076-123 45 6", NoSuchNumber),
        ("070 174 06 05 00", NoSuchNumber),
        ("0650-12 34", NoSuchNumber),
        ("+999 123456", NoSuchNumber),
        ("12", DigitsAreMissing),
        ("1" * 20, TooManyDigits),
        ("0701740605, 0701740606", MoreThanOneNumber),
        ("070-174 06 05 / 08-465 004 01", MoreThanOneNumber),
        ("070-174 06 05/08-465 004 01", MoreThanOneNumber),
        ("070-174 06 05 eller 08-465 004 01", MoreThanOneNumber),
        ("070-174 06 05 070-174 06 06", MoreThanOneNumber),
        ("070-174 06 05\n08-465 004 01", MoreThanOneNumber),
        ("08-465 004 01 ankn 12", LettersInTheNumber),
        ("08-465 004 01;ext=12", LettersInTheNumber),
        ("08-465 004 01 (Frida)", LettersInTheNumber),
        ("112", ShortNumber),
        ("1177", ShortNumber),
        ("114 14", ShortNumber),
        ("-", NotATelephoneNumber),
        ("", NotATelephoneNumber),
        ("okänt", NotATelephoneNumber),
        ("070-174 06 05#", NotATelephoneNumber),
    ],
)
def test_what_is_wrong_is_said_by_its_name(typed: str, why: type[Misread]) -> None:
    """Nothing is dropped, nothing guessed; the sentence never repeats the number."""
    with pytest.raises(NotATelephoneNumber) as refused:
        parse_telephone(typed)
    assert type(refused.value) is why
    assert not any(character.isdigit() for character in str(refused.value).replace("08", "").replace("0,", ""))


@pytest.mark.parametrize(
    ("typed", "written"), [("112", "112"), ("1177", "1177"), ("11414", "114 14"), ("116 000", "116 000")]
)
def test_a_unit_may_have_a_short_number(typed: str, written: str) -> None:
    """It leads where everybody expects it to."""
    number = parse_telephone(typed, short=True)
    assert (str(number), number.is_short) == (written, True)
    assert parse_telephone(written, short=True) == number
    assert number.uri == "tel:" + typed.replace(" ", "")


@pytest.mark.parametrize("kept", ["+4676123456", "650 12 34", "-", ""])
def test_what_was_kept_before_is_shown_as_it_is(kept: str) -> None:
    """A number from before the rule is not turned into somebody else's."""
    assert as_written(kept) == kept


DIGITS_AND_MARKS = st.text("0123456789+-()/. ,;\n–\xa0 abcå", max_size=40)


@given(st.text(max_size=60) | DIGITS_AND_MARKS)
@example("0046")
@example("+46")
@example("00000000")
def test_a_text_is_a_number_or_refused_by_name(text: str) -> None:
    """No other exception, whatever is typed; and what is read is read again from what is written."""
    for short in (False, True):
        try:
            number = parse_telephone(text, short=short)
        except NotATelephoneNumber:
            continue
        assert parse_telephone(str(number), short=short) == number
        assert as_written(number.number) == str(number)


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_wrong_length_is_never_silently_another_number(number: phonenumbers.PhoneNumber, data: st.DataObject) -> None:
    """The digits that were typed are the digits that are kept."""
    if number.country_code != 46:
        return
    digits = "0" + phonenumbers.national_significant_number(number)
    typed = digits[: data.draw(st.integers(1, len(digits)))] + data.draw(st.text("0123456789", max_size=3))
    try:
        kept = parse_telephone(typed)
    except NotATelephoneNumber:
        return
    assert kept.number in (f"+46{typed[1:]}", f"+{typed[2:]}")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("08-465 004 01, 070-174 06 05", ["+46846500401", "+46701740605"]),
        ("08-465 004 01/070-174 06 05", ["+46846500401", "+46701740605"]),
        ("08-465 004 01 (mån-fre 9-12)", ["+46846500401"]),
        ("08-465 004 01 el. 070-1740605", ["+46846500401", "+46701740605"]),
        ("växel 08–465 004 01 kl. 08.00-16.30", ["+46846500401"]),
        ("08-465 004 01, kl 0800-1630", ["+46846500401"]),
        ("ring 1177 eller 08-465 004 01", ["1177", "+46846500401"]),
        ("650 12 34", []),
        ("", []),
    ],
)
def test_each_number_of_a_public_text_is_found_by_itself(text: str, numbers: list[str]) -> None:
    """So each gets a link of its own, and nothing else is in it."""
    assert [each.number for each in parse_several(text) if isinstance(each, Telephone)] == numbers


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0846500401,  0701740605", "08-465 004 01,  070-174 06 05"),
        (" 08-46500401 (mån-fre 9-12) ", "08-465 004 01 (mån-fre 9-12)"),
        ("1177", "1177"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_public_text_is_written_the_one_way(text: str, written: str) -> None:
    """The words around the numbers stay."""
    assert parse_public(text) == written
    assert parse_public(written) == written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-", NotATelephoneNumber),
        ("finns inte", NotATelephoneNumber),
        ("650 12 34", AreaCodeIsMissing),
        ("08-465 004 01, 650 12 34", AreaCodeIsMissing),
        ("08-465 004 01, 076-123 45 6", NoSuchNumber),
    ],
)
def test_a_public_text_needs_a_number_that_can_be_called(text: str, why: type[Misread]) -> None:
    """A dash is none, and a broken one beside a whole one is not let through."""
    with pytest.raises(NotATelephoneNumber) as refused:
        parse_public(text)
    assert type(refused.value) is why


@given(st.text(max_size=60) | DIGITS_AND_MARKS)
def test_a_public_text_is_taken_apart_without_loss(text: str) -> None:
    """Around the numbers every character is still there, in its order."""
    pieces = parse_several(text)
    rest = iter(text)
    assert all(character in rest for piece in pieces if isinstance(piece, str) for character in piece)
    try:
        written = parse_public(text)
    except NotATelephoneNumber:
        return
    assert parse_public(written) == written
