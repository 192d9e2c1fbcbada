"""What the API says of a unit to everybody."""

from __future__ import annotations

from services.directory.domain.unit import UnitKind
from shared.web.api.paging import PageOut, Paging, named_before, next_before
from shared.web.schema import Schema, fields


class UnitOut(Schema):
    """A unit as everybody may know it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(UnitKind, by_value=True, required=True)
    area = fields.String(allow_none=True)
    function_address = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class UnitSearch(Paging):
    """Which units."""

    kind = fields.Enum(UnitKind, by_value=True)


class UnitPageOut(PageOut):
    """One page of units."""

    items = fields.List(fields.Nested(UnitOut), required=True)
    units = named_before(items)
    next = next_before()
