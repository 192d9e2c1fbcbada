"""How every list of the systems' door is asked for and answered: so many at a time, and a cursor to the next."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from marshmallow import RAISE

from shared.web.schema import Schema, fields, validate

USUAL = 50
MOST = 200
LONGEST_CURSOR = 500  # characters


class Paging(Schema):
    """Where to go on from, and how many at a time."""

    class Meta:
        unknown = RAISE

    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=LONGEST_CURSOR),
        metadata={"description": "`next_cursor` of the page before."},
    )
    limit = fields.Integer(load_default=USUAL, validate=validate.Range(min=1, max=MOST))


class PageOut(Schema):
    """A page of a list; a subclass says what its ``items`` are."""

    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Where the next page begins; null on the last."}
    )


def page(items: Sequence[Any], next_cursor: str | None) -> dict[str, Any]:
    """A page's body."""
    return {"items": list(items), "next_cursor": next_cursor}


def page_as_before(name: str, items: Sequence[Any], next_cursor: str | None) -> dict[str, Any]:
    """A page's body, with the members that lists had in 0.1 beside those of now: ``name`` for the items, ``next``.

    They go with 0.3.
    """
    return {**page(items, next_cursor), name: list(items), **({"next": next_cursor} if next_cursor else {})}


def named_before(items: fields.Field[Any]) -> fields.Field[Any]:
    """What ``items`` were called in 0.1: the same again under another name, until 0.3."""
    again = copy(items)
    again.metadata = {**items.metadata, "deprecated": True, "description": "As `items`; goes with 0.3."}
    return again


def next_before() -> fields.String:
    """What ``next_cursor`` was called in 0.1, absent on the last page; until 0.3."""
    return fields.String(metadata={"deprecated": True, "description": "As `next_cursor`; goes with 0.3."})
