"""Marshmallow's checks, each with its own sentence: of a text, of a list, of a number or a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from marshmallow import ValidationError
from marshmallow import validate as plain

from shared.kernel.translation import says
from shared.web.schema.words import MISSING, NOT_A_CHOICE, WRONG_FORM, Filled


class Length(plain.Length):
    """How many characters a text has."""

    def _format_error(self, value: Any, message: str) -> str:
        if self.min is not None and self.max is not None:
            return Filled(says("Write between %(least)s and %(most)s characters."), least=self.min, most=self.max)
        return self.too_short() if self.max is None else self.too_long()

    def too_long(self) -> str:
        """What is said of a text that is longer."""
        return Filled(says("Write at most %(number)s characters."), number=self.max)

    def too_short(self) -> str:
        """What is said of a text that is shorter: where one character would do, there is none."""
        return MISSING if self.min == 1 else says("This is too short.")


class Count(plain.Length):
    """How many there are in a list: at most ``max``, or exactly ``equal``."""

    def __init__(self, *, max: int | None = None, equal: int | None = None) -> None:  # noqa: A002 - the library's names
        super().__init__(max=max, equal=equal)

    def _format_error(self, value: Any, message: str) -> str:
        if self.equal is not None:
            return Filled(says("Give exactly %(number)s."), number=self.equal)
        return Filled(says("Give at most %(number)s."), number=self.max)


class Some(plain.Length):
    """That there is at least one in a list. ``missing``: what is said when there is none."""

    def __init__(self, missing: str) -> None:
        super().__init__(min=1, error=missing)

    def _format_error(self, value: Any, message: str) -> str:
        return self.error or message


class Range(plain.Range):
    """How large a number is, or when a day or a moment is; both ends are in it."""

    def __init__(self, min: Any = None, max: Any = None) -> None:  # noqa: A002 - the library's names
        super().__init__(min, max)

    def _format_error(self, value: Any, message: str) -> str:
        if isinstance(self.min, date) and isinstance(self.max, date):
            first, last = (each.isoformat()[:10] for each in (self.min, self.max))
            return Filled(says("Give a date from %(first)s to %(last)s."), first=first, last=last)
        if self.max is None:
            return Filled(says("Give a number that is at least %(least)s."), least=self.min)
        if self.min is None:
            return Filled(says("Give a number that is at most %(most)s."), most=self.max)
        return Filled(says("Give a number from %(least)s to %(most)s."), least=self.min, most=self.max)


class OneOf(plain.OneOf):
    """One of the alternatives."""

    def __init__(self, choices: Iterable[Any]) -> None:
        super().__init__(choices, error=NOT_A_CHOICE)


class Whole(plain.Regexp):
    r"""Like marshmallow's ``Regexp``, which takes ``"0180\n"`` for ``^[0-9]{4}$``: to Python, ``$`` also stands before
    a last line break. The pattern is written with ``^`` and ``$``, since the API's description shows it as it is, and
    to JSON Schema those mean beginning and end.
    """

    def __init__(self, pattern: str, *, error: str = WRONG_FORM) -> None:
        super().__init__(pattern, error=error)

    def __call__(self, value: Any) -> Any:
        """The value itself. Raises ValidationError unless the pattern takes all of it."""
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self.error)
        return value
