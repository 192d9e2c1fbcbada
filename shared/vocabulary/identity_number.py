"""Swedish identity numbers: personnummer and samordningsnummer, as people and word processors write them.

Form and check digit: Folkbokföringslagen (1991:481), 18 §, and Skatteverket's SKV 704 and SKV 707. A coordination
number has 60 added to the day; where the month is not known it has 00, and where the day is not known 60 (none, and
60).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from shared.kernel.translation import says
from shared.vocabulary.age import KnownAge, counted_by_year, exactly, of_year
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread

COORDINATION = 60
# with ten digits and no sign between them two centuries are possible, for so old is nobody
OLDEST = 120
# before the first of the test series, and of those who could have been given one
EARLIEST = 1880
_GAP = "[- ]*"
_SHAPE = re.compile(
    rf"([0-9]{{2}})? ?([0-9]{{2}}){_GAP}([0-9]{{2}}){_GAP}([0-9]{{2}}) *([-+]?) *([0-9]{{3}})([0-9])", re.ASCII
)


class NotAnIdentityNumber(Misread):
    """Neither ten nor twelve digits of one."""

    slug = "not-an-identity-number"
    title = says("This is not a personal identity number or coordination number.")


class IdentityNumberIsMistyped(NotAnIdentityNumber):
    """The check digit tells that one of the others is wrong."""

    slug = "identity-number-is-mistyped"
    title = says("The last digit does not fit the others: some digit in the number is wrong.")


class NoSuchBirthday(NotAnIdentityNumber):
    """The day is in no calendar."""

    slug = "no-such-birthday"
    title = says("The identity number begins with a date that does not exist.")


class BornInTheFuture(NotAnIdentityNumber):
    """Nobody has that number yet."""

    slug = "born-in-the-future"
    title = says("The identity number begins with a date that is still to come.")


class CenturyIsMissing(NotAnIdentityNumber):
    """Ten digits in a row may be a child's or those of somebody more than a hundred years old."""

    slug = "century-is-missing"
    title = says("Write all twelve digits of the identity number: the year alone could be in either of two centuries.")


@dataclass(frozen=True)
class IdentityNumber:
    """A number that somebody may have. ``digits``: all twelve."""

    digits: str = field(repr=False)

    @property
    def year(self) -> int:
        """The year of birth."""
        return int(self.digits[:4])

    @property
    def month(self) -> int | None:
        """The month of birth; None when nobody knows it."""
        return int(self.digits[4:6]) or None

    @property
    def day(self) -> int | None:
        """The day of birth; None when nobody knows it."""
        return int(self.digits[6:8]) % COORDINATION or None

    def ages(self, on: date) -> KnownAge:
        """What it says of the age on a day: one age, or two while the birthday is not known."""
        either = of_year(self.year, on)
        if self.month is None or (self.day is None and self.month == on.month):
            return either
        been = (self.month, self.day or 0) <= (on.month, on.day)
        return exactly(on.year - self.year if been else max(on.year - self.year - 1, 0))

    def counted_age(self, on: date) -> KnownAge:
        """The age that routing counts with: exact, or by the year while the birthday is not known."""
        known = self.ages(on)
        return known if known.least == known.most else counted_by_year(self.year, on)

    def __str__(self) -> str:
        """As it is written: "19400505-1232"."""
        return f"{self.digits[:8]}-{self.digits[8:]}"


def parse_identity_number(text: str, today: date) -> IdentityNumber:
    """A number with ten or twelve digits. Raises NotAnIdentityNumber or its kinds, which never repeat it.

    With ten digits, a hyphen says that the person is under a hundred this year, and a plus that they are not.
    """
    found = _SHAPE.fullmatch(keyboard_marks(text))
    if found is None:
        raise NotAnIdentityNumber
    century, in_century, month, day, sign, birth_number, check = found.groups()
    # 000 is given to nobody
    if birth_number == "000":
        raise NotAnIdentityNumber
    _check_date(in_century, month, day)
    if _luhn(in_century + month + day + birth_number) != int(check):
        raise IdentityNumberIsMistyped
    year = int(century + in_century) if century else _year(int(in_century), sign, today)
    number = IdentityNumber(f"{year:04}{month}{day}{birth_number}{check}")
    _check_lived(number, today)
    if century and sign == "+" and today.year - year < 100:
        raise NotAnIdentityNumber
    return number


def as_written(digits: str) -> str:
    """A kept number as it is written; what was kept otherwise comes back as it is."""
    return str(IdentityNumber(digits)) if re.fullmatch("[0-9]{12}", digits) else digits


def _year(in_century: int, sign: str, today: date) -> int:
    """The year that two digits mean, from this century or an earlier one."""
    latest = today.year - (today.year - in_century) % 100
    if sign == "+":
        return latest - 100
    if not sign and today.year - (latest - 100) <= OLDEST:
        raise CenturyIsMissing
    return latest


def _check_date(in_century: str, month: str, day: str) -> None:
    """Raise NoSuchBirthday for a day in no calendar, as far as it can be told without the century."""
    of_month, of_day = int(month), int(day) % COORDINATION
    coordinated = int(day) >= COORDINATION
    if (of_month == 0 or of_day == 0) and not coordinated:
        raise NoSuchBirthday
    try:
        date(2000 + int(in_century), of_month or 1, of_day or 1)
    except ValueError:
        raise NoSuchBirthday from None


def _check_lived(number: IdentityNumber, today: date) -> None:
    month, day = number.month or 1, number.day or 1
    try:
        born = date(number.year, month, day)
    except ValueError:
        raise NoSuchBirthday from None
    if born > today:
        raise BornInTheFuture
    if number.year < EARLIEST:
        raise NotAnIdentityNumber


def _luhn(nine: str) -> int:
    """The check digit: every other digit doubled, and the digits of all that summed up to the next ten."""
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(nine))
    return -sum(each // 10 + each % 10 for each in doubled) % 10
