"""Units as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from services.directory.adapters.tables import former_unit_names, units
from services.directory.adapters.versions import overwrite, write_new
from services.directory.domain.unit import FormerName, Unit, UnitKind
from shared.kernel.identity import UnitId
from shared.kernel.swedish_order import swedish_order
from shared.vocabulary.readable_text import reads_as


class UnitRows:
    """``domain.ports.Units`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, unit_id: UnitId) -> Unit | None:
        """One unit, or None."""
        row = self._connection.execute(select(units).where(units.c.id == unit_id)).mappings().first()
        return None if row is None else unit_from(row)

    def those(self, unit_ids: Sequence[UnitId]) -> list[Unit]:
        """The units that exist among these."""
        query = select(units).where(units.c.id.in_(unit_ids))
        return [unit_from(row) for row in self._connection.execute(query).mappings()]

    def with_stand_in(self, unit_id: UnitId) -> list[Unit]:
        """The units whose own stand-in this one is, by name."""
        query = select(units).where(units.c.stand_in_unit_id == unit_id)
        found = [unit_from(row) for row in self._connection.execute(query).mappings()]
        return sorted(found, key=lambda each: swedish_order(each.name))

    def receiving_for(self, organization_id: UUID | None, municipality_code: str | None) -> list[Unit]:
        """The units that receive, of an organisation or in a municipality and its districts, by name."""
        # bound as values: nothing is its who has no organisation, or no municipality
        its = text("(organization_id = :organization_id or split_part(area, '-', 1) = :municipality_code)").bindparams(
            organization_id=organization_id, municipality_code=municipality_code
        )
        query = select(units).where(units.c.kind == UnitKind.RECEIVING.value, its)
        rows = self._connection.execute(query.order_by(units.c.name.collate("swedish"), units.c.id)).mappings()
        return [unit_from(row) for row in rows]

    def named(self, name: str, organization_id: UUID, besides: UnitId | None = None) -> Unit | None:
        """An organisation's unit, ``besides`` one, whose name reads like this; an open one before a closed."""
        query = select(units).where(units.c.organization_id == organization_id).order_by(units.c.active.desc())
        wanted = reads_as(name)
        rows = self._connection.execute(query).mappings()
        alike = (row for row in rows if row["id"] != besides and reads_as(row["name"]) == wanted)
        return next((unit_from(row) for row in alike), None)

    def hold_names(self, organization_id: UUID) -> None:
        """Wait for, and then keep out, whoever registers a unit of the organisation, until this transaction ends."""
        lock = func.pg_advisory_xact_lock(func.hashtext("directory.units"), func.hashtext(str(organization_id)))
        self._connection.execute(select(lock))

    def every(self) -> list[Unit]:
        """All of them, in the order of their ids."""
        return [unit_from(row) for row in self._connection.execute(select(units).order_by(units.c.id)).mappings()]

    def add(self, unit: Unit) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        write_new(self._connection, units, _row(unit))

    def save(self, unit: Unit) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        overwrite(self._connection, units, unit.id, _row(unit))

    def remember_name(self, unit_id: UnitId, former: FormerName) -> None:
        """Keep what a unit was called until now."""
        row = {"unit_id": unit_id, "name": former.name, "until": former.until}
        self._connection.execute(insert(former_unit_names).values(row))

    def former_names(self, unit_id: UnitId) -> list[FormerName]:
        """What a unit was called before, the latest first."""
        names = former_unit_names.c
        query = select(names.name, names.until).where(names.unit_id == unit_id).order_by(names.until.desc())
        return [FormerName(row.name, row.until) for row in self._connection.execute(query)]


def unit_from(row: Mapping[Any, Any]) -> Unit:
    """A unit from its row."""
    return Unit(**{**row, "kind": UnitKind(row["kind"])})


def _row(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "organization_id": unit.organization_id,
        "version": unit.version,
        "name": unit.name,
        "kind": unit.kind.value,
        "area": unit.area,
        "function_address": unit.function_address,
        "phone": unit.phone,
        "stand_in_unit_id": unit.stand_in_unit_id,
        "active": unit.active,
        "address_withheld": unit.address_withheld,
    }
