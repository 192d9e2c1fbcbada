"""Telephone numbers: Swedish ones unless they say otherwise, valid and not merely of a possible length.

A number is kept in E.164 ("+46701740605") and written one way: "070-174 06 05", foreign ones "+47 22 22 22 22". What
numbers there are is told by the numbering plans in Google's libphonenumber (``phonenumbers``). Short numbers (112,
1177) lead to an authority and not to a person; a unit may have one, a carer may not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from shared.kernel.translation import says
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread

HOME = "SE"
COUNTRY_CODE = 46
MOST_DIGITS = 15
LEAST_DIGITS = 5
_LONGEST_TYPED = 60
# 0771-12 34 56 and its kin: dialled and known by four digits, which the library does not group by
SHARED_COST = "77"
# emergency, care, police, information, and the Union's 116: what a unit may have besides a number of its own
SHORT = re.compile(r"(?<![\d+-])(?:112|1177|11[34] ?\d\d|11[68] ?\d{3})(?!-?\d)")
_LETTER = re.compile(r"[^\W\d_]")
_STRANGE = re.compile(r"[^0-9+()/. -]")
_TWO = re.compile(r"[,;|&\n]|[^\W\d_]+|\s/\s|/(?=\s*[0+])|(?<=\d)\s*\+")


class NotATelephoneNumber(Misread):
    """There is nothing in it that could be dialled."""

    slug = "not-a-telephone-number"
    title = says("This does not look like a telephone number.")


class AreaCodeIsMissing(NotATelephoneNumber):
    """A subscriber number as it is said to a neighbour: it could be anybody's, in any area."""

    slug = "area-code-is-missing"
    title = says("Write the area code too, for example 08.")


class LeadingZeroIsMissing(NotATelephoneNumber):
    """Long enough to be whole, but neither Swedish nor said to be foreign."""

    slug = "leading-zero-is-missing"
    title = says("Begin the number with 0, or with + and the country code.")


class DigitsAreMissing(NotATelephoneNumber):
    """Shorter than any number."""

    slug = "digits-are-missing"
    title = says("Digits are missing in this telephone number.")


class TooManyDigits(NotATelephoneNumber):
    """Longer than any number."""

    slug = "too-many-digits"
    title = says("There are too many digits in this telephone number.")


class NoSuchNumber(NotATelephoneNumber):
    """Of a possible length, but in no numbering plan: a digit short, or too many."""

    slug = "no-such-telephone-number"
    title = says("There is no such telephone number. Check that no digit is missing or wrong.")


class MoreThanOneNumber(NotATelephoneNumber):
    """Two numbers: which of them is to be called?"""

    slug = "more-than-one-telephone-number"
    title = says("Write one telephone number only.")


class LettersInTheNumber(NotATelephoneNumber):
    """An extension, a name, opening hours: nothing of it is dropped in silence."""

    slug = "letters-in-the-telephone-number"
    title = says("Write the telephone number in digits only, without words or an extension.")


class ShortNumber(NotATelephoneNumber):
    """An emergency or service number."""

    slug = "short-number"
    title = says("This number leads to an authority or a service. Write the person's own number.")


class E164(str):
    """A number that has been read, and need not be read again: what is merely written like one is a plain text."""

    __slots__ = ()


@dataclass(frozen=True)
class Telephone:
    """A number that can be called. ``number``: E.164, or a Swedish short number as it is dialled ("1177")."""

    number: str

    @property
    def is_short(self) -> bool:
        """Whether it is an emergency or service number."""
        return not self.number.startswith("+")

    @property
    def uri(self) -> str:
        """What a link dials (RFC 3966)."""
        return f"tel:{self.number}"

    @property
    def sms_uri(self) -> str:
        """What a link writes a text message to (RFC 5724)."""
        return f"sms:{self.number}"

    def __str__(self) -> str:
        """As people write it."""
        if self.is_short:
            return _short_as_written(self.number)
        known = phonenumbers.parse(self.number)
        national = phonenumbers.national_significant_number(known)
        if known.country_code != COUNTRY_CODE:
            return phonenumbers.format_number(known, PhoneNumberFormat.INTERNATIONAL)
        if national.startswith(SHARED_COST) and len(national) == 9:
            return f"0{national[:3]}-{national[3:5]} {national[5:7]} {national[7:]}"
        return phonenumbers.format_number(known, PhoneNumberFormat.NATIONAL)


def parse_telephone(text: str, *, short: bool = False) -> Telephone:
    """One number, Swedish unless it begins with + or 00. ``short``: whether 1177 and the like will do.

    Raises NotATelephoneNumber, or the one of its kinds that tells what is wrong.
    """
    said = keyboard_marks(text)
    digits = re.sub(r"\D", "", said)
    if _is_several(said):
        raise MoreThanOneNumber
    if not digits:
        raise NotATelephoneNumber
    if _LETTER.search(said):
        raise LettersInTheNumber
    if _STRANGE.search(said) or "+" in said[1:]:
        raise NotATelephoneNumber
    if not said.startswith("+") and is_short_number(digits):
        if short:
            return Telephone(digits)
        raise ShortNumber
    return _dialled(said, digits)


def as_written(number: str) -> str:
    """A kept number as people write it. What was kept before it was held to this comes back as it is."""
    try:
        return str(parse_telephone(number, short=True))
    except NotATelephoneNumber:
        return number


def is_short_number(digits: str) -> bool:
    """Whether these digits, alone, are an emergency or service number in Sweden."""
    return bool(SHORT.fullmatch(digits)) and phonenumbers.is_valid_short_number(phonenumbers.parse(digits, HOME))


def _short_as_written(digits: str) -> str:
    return f"{digits[:3]} {digits[3:]}" if len(digits) > 4 else digits


def e164(number: phonenumbers.PhoneNumber) -> str:
    """A number as the world writes it."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_several(said: str) -> bool:
    apart = [re.sub(r"\D", "", each) for each in _TWO.split(said)]
    return sum(len(each) >= LEAST_DIGITS for each in apart) > 1


def _dialled(said: str, digits: str) -> Telephone:
    abroad = said.startswith(("+", "00"))
    if not abroad and not said.lstrip("(").startswith("0"):
        if digits.startswith(str(COUNTRY_CODE)) and len(digits) > MOST_DIGITS - 6:
            said = f"+{said}"
        elif len(digits) <= 8:
            raise AreaCodeIsMissing if len(digits) >= LEAST_DIGITS else DigitsAreMissing
        else:
            raise _too_long(said) if len(digits) > MOST_DIGITS else LeadingZeroIsMissing
    try:
        number = phonenumbers.parse(said, HOME)
    except phonenumbers.NumberParseException as wrong:
        raise _why(wrong.error_type, said) from None
    if not phonenumbers.is_valid_number(number):
        raise _impossible(number, said)
    if number.country_code == COUNTRY_CODE and not digits.endswith(phonenumbers.national_significant_number(number)):
        raise NoSuchNumber
    return Telephone(E164(e164(number)))


def _why(error: int, said: str) -> NotATelephoneNumber:
    kinds = phonenumbers.NumberParseException
    if error == kinds.TOO_LONG:
        return _too_long(said)
    if error in (kinds.TOO_SHORT_AFTER_IDD, kinds.TOO_SHORT_NSN):
        return DigitsAreMissing()
    return NoSuchNumber() if error == kinds.INVALID_COUNTRY_CODE else NotATelephoneNumber()


def _impossible(number: phonenumbers.PhoneNumber, said: str) -> NotATelephoneNumber:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT:
            return DigitsAreMissing()
        case ValidationResult.TOO_LONG:
            return _too_long(said)
    return NoSuchNumber()


def _too_long(said: str) -> NotATelephoneNumber:
    """Two numbers after one another, or one with digits too many."""
    if len(said) <= _LONGEST_TYPED:
        for gap in re.finditer(" ", said):
            if _is_one(said[: gap.start()]) and _is_one(said[gap.end() :]):
                return MoreThanOneNumber()
    return TooManyDigits()


def _is_one(text: str) -> bool:
    try:
        parse_telephone(text)
    except NotATelephoneNumber:
        return False
    return True
