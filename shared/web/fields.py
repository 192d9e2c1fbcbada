"""Values of the vocabulary as fields of forms and of the API: read by the one rule, refused by the one sentence.

An empty text is an empty value where it may be left out; what is wrong is told once, without repeating it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, time
from typing import Any, TypeVar

from marshmallow import ValidationError

from shared.kernel.clock import SystemClock, swedish_day
from shared.vocabulary.age import EARLIEST_YEAR, check_year_of_birth, parse_year_of_birth
from shared.vocabulary.email_address import parse_email
from shared.vocabulary.hours import NotATimeOfDay, parse_time_of_day
from shared.vocabulary.identity_number import parse_identity_number
from shared.vocabulary.languages import LANGUAGE_LIMIT, LANGUAGE_PATTERN, SWEDISH, each_once, parse_language
from shared.vocabulary.misread import Misread
from shared.vocabulary.postal_code import parse_postal_code
from shared.vocabulary.telephone import parse_telephone
from shared.vocabulary.telephone_text import parse_public
from shared.vocabulary.web_address import parse_web_address
from shared.web.schema import fields, validate
from shared.web.schema.words import NOT_A_CHOICE
from shared.web.text_fields import AtMost

PHONE_LIMIT = 40
# two or three numbers, each with when it is answered; a shorter field would cut off what is pasted
PUBLIC_PHONE_LIMIT = 120
IDENTITY_NUMBER_LIMIT = 30
POSTAL_CODE_LIMIT = 10
LATEST_YEAR = 2100
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
EMAIL_LIMIT = 200
WEB_ADDRESS_LIMIT = 300

T = TypeVar("T")


def read(parse: Callable[[str], T], text: str) -> T:
    """What a text means. Raises ValidationError with the misreading's sentence."""
    try:
        return parse(text)
    except Misread as wrong:
        raise ValidationError(wrong.title) from None


class Normalised(fields.String):
    """A text with a meaning, kept in its one form; empty unless ``required``. At most ``limit`` characters as typed."""

    def __init__(self, normalise: Callable[[str], str], limit: int, **more: Any) -> None:
        if not more.get("required"):
            more.setdefault("load_default", "")
        super().__init__(validate=AtMost(limit, 1 if more.get("required") else None), **more)
        self._normalise = normalise
        self._limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        said: str = super()._deserialize(value, attr, data, **more)
        AtMost(self._limit)(said)
        return read(self._normalise, said) if said.strip() else ""


class PhoneField(Normalised):
    """One number, a person's: E.164."""

    def __init__(self, **more: Any) -> None:
        super().__init__(lambda text: parse_telephone(text).number, PHONE_LIMIT, **more)


class PublicPhoneField(Normalised):
    """A unit's or an organisation's number or numbers, as they are to be read, each written the one way."""

    def __init__(self, limit: int = PUBLIC_PHONE_LIMIT, **more: Any) -> None:
        super().__init__(parse_public, limit, **more)


class EmailField(Normalised):
    """One e-mail address to which a letter can be written, in ASCII."""

    def __init__(self, limit: int = EMAIL_LIMIT, **more: Any) -> None:
        super().__init__(parse_email, limit, **more)


class WebAddressField(Normalised):
    """One address of a public web page."""

    def __init__(self, limit: int = WEB_ADDRESS_LIMIT, **more: Any) -> None:
        super().__init__(parse_web_address, limit, **more)


class PostalCodeField(Normalised):
    """A Swedish postal code: "118 20"."""

    def __init__(self, **more: Any) -> None:
        super().__init__(parse_postal_code, POSTAL_CODE_LIMIT, **more)


class IdentityNumberField(Normalised):
    """A personnummer or samordningsnummer: twelve digits."""

    def __init__(self, **more: Any) -> None:
        super().__init__(lambda text: parse_identity_number(text, today()).digits, IDENTITY_NUMBER_LIMIT, **more)


class YearOfBirthField(fields.Integer):
    """The year somebody was born, with four digits; None when left out. ``strict``: a number, as JSON has it."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("load_default", None)
        more.setdefault("allow_none", True)
        more.setdefault("metadata", {"minimum": EARLIEST_YEAR, "maximum": LATEST_YEAR})
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, str) and not self.strict:
            return read(lambda text: parse_year_of_birth(text, today()), value) if value.strip() else None
        year = super()._deserialize(value, attr, data, **more)
        return year if year is None else read(lambda _: check_year_of_birth(year, today()), "")


def today() -> date:
    """The day in Sweden."""
    return swedish_day(SystemClock().now())


class TimeOfDayField(fields.Time):
    """A local time of day; left out unless ``required``. Shown as "08:30"."""

    def __init__(self, **more: Any) -> None:
        if not more.get("required"):
            more.setdefault("load_default", None)
            more.setdefault("allow_none", True)
        more.setdefault("metadata", {"pattern": CLOCK})
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> time:
        if not isinstance(value, str):
            raise ValidationError(NotATimeOfDay.title)
        return read(parse_time_of_day, value)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else f"{value:%H:%M}"


class LanguageField(fields.String):
    """One language by its BCP 47 tag, kept in its one form; Swedish where none is said, unless ``required``.

    ``among``: the page lets one choose among these alone.
    """

    def __init__(self, among: Collection[str] = (), **more: Any) -> None:
        if not more.get("required"):
            more.setdefault("load_default", SWEDISH)
        more.setdefault("metadata", {"pattern": LANGUAGE_PATTERN, "maxLength": LANGUAGE_LIMIT})
        super().__init__(**more)
        self._among = among

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        tag = read(parse_language, super()._deserialize(value, attr, data, **more))
        if self._among and tag not in self._among:
            raise ValidationError(NOT_A_CHOICE)
        return tag


class LanguagesField(fields.List[Any]):
    """Several languages, at most ``most``, each once."""

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(LanguageField(required=True), load_default=list, validate=validate.Count(max=most), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[Any]:
        return list(each_once(each for each in super()._deserialize(value, attr, data, **more) if each))
