"""Shapes of text in schemas. A pattern is held against the whole text."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validate


class Whole(validate.Regexp):
    r"""Like marshmallow's ``Regexp``, which takes ``"0180\n"`` for ``^[0-9]{4}$``: to Python, ``$`` also stands before
    a last line break. The pattern is written with ``^`` and ``$``, since the API's description shows it as it is, and
    to JSON Schema those mean beginning and end.
    """

    def __call__(self, value: Any) -> Any:
        """The value itself. Raises ValidationError unless the pattern takes all of it."""
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value
