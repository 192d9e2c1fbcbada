"""Marshmallow's fields, each with its own sentences for what can be wrong with it."""

from __future__ import annotations

from enum import Enum as AnyEnum
from typing import Any, TypeVar

from marshmallow import fields as plain
from marshmallow import types

from shared.kernel.translation import says
from shared.web.schema.words import MISSING, NOT_A_CHOICE, NOT_A_DATE, NOT_A_TIME, WRONG_FORM

T = TypeVar("T")
E = TypeVar("E", bound=AnyEnum)

Field = plain.Field


def _saying(**more: str) -> types.ErrorMessages:
    """What a field says, by the library's name for the mistake."""
    return {"required": MISSING, "null": MISSING, "validator_failed": WRONG_FORM, **more}


def _saying_when(invalid: str, awareness: str = WRONG_FORM) -> types.ErrorMessages:
    # marshmallow 4 has "format" too, and nothing that says it
    return _saying(invalid=invalid, invalid_awareness=awareness, format=WRONG_FORM)


class String(plain.String):
    """A text."""

    default_error_messages = _saying(invalid=says("Write this as text."), invalid_utf8=says("Write this as text."))


class Integer(plain.Integer):
    """A whole number."""

    default_error_messages = _saying(
        invalid=says("Write this as a number."), too_large=says("This number is too large.")
    )


class Boolean(plain.Boolean):
    """Yes or no."""

    default_error_messages = _saying(invalid=says("Answer yes or no."))


class UUID(plain.UUID):
    """An identifier."""

    default_error_messages = _saying(invalid_uuid=says("This is not a valid identifier."))


class Date(plain.Date):
    """A day."""

    default_error_messages = _saying_when(NOT_A_DATE)


class Time(plain.Time):
    """A time of day."""

    default_error_messages = _saying_when(NOT_A_TIME)


class AwareDateTime(plain.AwareDateTime):
    """A moment with its time zone."""

    default_error_messages = _saying_when(
        NOT_A_TIME, says("Write the time with its time zone, for example 2026-03-31T08:00:00+02:00.")
    )


class Enum(plain.Enum[E]):
    """One of several codes."""

    default_error_messages = _saying(unknown=NOT_A_CHOICE)


class List(plain.List[T]):
    """Several of the same."""

    default_error_messages = _saying(invalid=WRONG_FORM)


class Repeated(List[T]):
    """A query parameter that may be given once or several times."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[Any]:
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **more)


class Dict(plain.Dict):
    """Names and what stands under them."""

    default_error_messages = _saying(invalid=WRONG_FORM)


class Nested(plain.Nested):
    """Another shape within this one."""

    default_error_messages = _saying(type=WRONG_FORM)


class Function(plain.Function):
    """What a function makes of the whole."""

    default_error_messages = _saying()
