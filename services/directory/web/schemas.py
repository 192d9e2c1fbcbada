"""What the shapes of the API are made of: patterns, moments, texts, paging. Unknown members are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError

from shared.vocabulary.area import AREA_PATTERN
from shared.web.schema import fields, validate
from shared.web.schema.validate import Whole
from shared.web.schema.words import NOT_A_DATE, NOT_A_TIME

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 1, 1, tzinfo=UTC)
CODE = Whole(r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
AREA = Whole(f"^{AREA_PATTERN}$")


def _within(moment: datetime) -> None:
    if not FIRST <= moment < LAST:
        raise ValidationError(NOT_A_TIME)


def day_within(day: date) -> None:
    """Let a day between 2020 and 2100 pass; else raise ValidationError."""
    if not FIRST.date() <= day < LAST.date():
        raise ValidationError(NOT_A_DATE)


def moment(**more: Any) -> fields.AwareDateTime:
    """A moment with its offset, between 2020 and 2100."""
    return fields.AwareDateTime(default_timezone=UTC, validate=_within, **more)


def codes(most: int = 40) -> fields.List[Any]:
    """A list of codes."""
    return fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Count(max=most))
