"""Which unit and role an assignment stands for, from audit's own copy of the staff."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from shared.kernel.identity import UnitId

_FIND = "select unit_id, role from known_assignments where assignment_id = %s and unit_id is not null"
_KEPT = 20_000


class KnownAssignments:
    """Looks up assignments; what an assignment stands for never changes, so answers are kept in ``known``."""

    def __init__(self, connection: Connection, known: dict[UUID, tuple[UnitId, str]]) -> None:
        self._connection = connection
        self._known = known

    def find(self, assignment_id: UUID) -> tuple[UnitId, str] | None:
        """The assignment's unit and role, or None while it has not been heard of."""
        if assignment_id not in self._known:
            row = self._connection.exec_driver_sql(_FIND, (assignment_id,)).first()
            if row is None:
                return None
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[assignment_id] = UnitId(row.unit_id), row.role
        return self._known[assignment_id]
