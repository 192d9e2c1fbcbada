"""The units as everybody may know them: addresses that are withheld are left out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from services.directory.adapters.units import unit_from
from services.directory.domain.unit import Unit, UnitKind


@dataclass(frozen=True)
class PublicUnit:
    """A unit as everybody may know it."""

    id: UUID
    name: str
    kind: UnitKind
    area: str | None
    function_address: str | None
    phone: str | None


def public_units(
    connection: Connection, *, kind: str | None = None, after: UUID | None = None, limit: int = 50
) -> tuple[list[PublicUnit], UUID | None]:
    """Active units by id, and the id to go on from, or None at the end."""
    rows = connection.execute(
        text(
            "select * from units where active and (cast(:kind as text) is null or kind = :kind) "
            "and (cast(:after as uuid) is null or id > cast(:after as uuid)) order by id limit :limit"
        ),
        {"kind": kind, "after": after, "limit": limit + 1},
    )
    found = [unit_from(row) for row in rows.mappings()]
    shown = [shown_publicly(unit) for unit in found[:limit]]
    return shown, shown[-1].id if len(found) > limit else None


def shown_publicly(unit: Unit) -> PublicUnit:
    """A unit without what it withholds. Only units that receive have addresses for the public at all."""
    return PublicUnit(
        id=unit.id,
        name=unit.name,
        kind=unit.kind,
        area=unit.area,
        function_address=unit.function_address if unit.receives and not unit.address_withheld else None,
        # the telephone stays: a unit that nobody can reach helps nobody
        phone=unit.phone if unit.receives else None,
    )
