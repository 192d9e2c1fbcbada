"""What several fields and checks say, and how a sentence with a number in it reaches the catalogue."""

from __future__ import annotations

from typing import Self

from shared.kernel.translation import says

MISSING = says("This must be filled in.")
WRONG_FORM = says("This has the wrong form.")
NOT_A_CHOICE = says("Choose one of the alternatives.")
NOT_A_TIME = says("This is not a valid time.")
NOT_A_DATE = says("Write the date as year-month-day, for example 2026-03-31.")


class Filled(str):
    """A sentence with values in it. By itself it is the English one; ``key`` and ``values`` are for the catalogue."""

    __slots__ = ("key", "values")

    key: str
    values: dict[str, object]

    def __new__(cls, key: str, **values: object) -> Self:
        """``key``: the sentence with places such as ``%(number)s``, one for each value."""
        filled = super().__new__(cls, key % values)
        filled.key, filled.values = key, values
        return filled
