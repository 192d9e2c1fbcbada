"""Assignments as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from services.directory.adapters.tables import assignments, units
from services.directory.adapters.versions import write_new
from services.directory.domain.assignment import Assignment
from services.directory.domain.refusals import AssignmentHasEnded
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId


class AssignmentRows:
    """``domain.ports.Assignments`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, assignment_id: AssignmentId) -> Assignment | None:
        """One assignment, or None."""
        query = select(assignments).where(assignments.c.id == assignment_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _assignment(row)

    def after(self, last: AssignmentId | None, at_most: int) -> list[Assignment]:
        """Those whose ids come after one, in the order of their ids: all of them, a part at a time."""
        query = select(assignments).order_by(assignments.c.id).limit(at_most)
        if last is not None:
            query = query.where(assignments.c.id > last)
        return [_assignment(row) for row in self._connection.execute(query).mappings()]

    def add(self, assignment: Assignment) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        row = {
            "id": assignment.id,
            "issuer": assignment.user.issuer,
            "subject": assignment.user.subject,
            "unit_id": assignment.unit_id,
            "role": assignment.role.value,
            "valid_from": assignment.valid_from,
            "valid_to": assignment.valid_to,
        }
        write_new(self._connection, assignments, row)

    def has_other_administrators(self, organization_id: UUID, besides: AssignmentId, at: datetime) -> bool:
        """Whether somebody else administers the organisation then, without a set end; one who asks waits for another.

        Else two who end each other's assignments at once would both see the other's.
        """
        key = func.hashtextextended(f"administrators of {organization_id}", 0)
        self._connection.execute(select(func.pg_advisory_xact_lock(key)))
        query = (
            select(assignments.c.id)
            .join(units, units.c.id == assignments.c.unit_id)
            .where(
                units.c.organization_id == organization_id,
                assignments.c.role == Role.MUNICIPALITY_ADMINISTRATOR.value,
                assignments.c.id != besides,
                assignments.c.ended_at.is_(None),
                assignments.c.valid_from <= at,
                assignments.c.valid_to.is_(None),
            )
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def end(self, assignment: Assignment) -> None:
        """Write its end. Raises AssignmentHasEnded when somebody else ended it a moment ago."""
        statement = update(assignments).where(assignments.c.id == assignment.id, assignments.c.ended_at.is_(None))
        if self._connection.execute(statement.values(ended_at=assignment.ended_at)).rowcount != 1:
            raise AssignmentHasEnded


def _assignment(row: Mapping[Any, Any]) -> Assignment:
    return Assignment(
        id=AssignmentId(row["id"]),
        user=UserRef(row["issuer"], row["subject"]),
        unit_id=UnitId(row["unit_id"]),
        role=Role(row["role"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        ended_at=row["ended_at"],
    )
