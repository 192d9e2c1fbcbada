"""How a service's copy of staff (``staff.py``) is made of what the directory tells.

Late and early events are tolerated: a unit keeps its highest version, an assignment's end is kept even when it is heard
before its beginning.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Connection, func
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.directory import (
    AssignmentEnded,
    AssignmentGranted,
    AssignmentToldAgain,
    DirectoryIsThere,
    EndedSessionToldAgain,
    SessionEnded,
    UnitChanged,
    UnitToldAgain,
)
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock
from shared.storage import heartbeat as hearing
from shared.storage import staff
from shared.vocabulary.readable_text import received

StaffEvent: TypeAlias = (
    UnitChanged
    | UnitToldAgain
    | AssignmentGranted
    | AssignmentToldAgain
    | AssignmentEnded
    | SessionEnded
    | EndedSessionToldAgain
    | DirectoryIsThere
)
STAFF_EVENTS = (
    UnitChanged,
    UnitToldAgain,
    AssignmentGranted,
    AssignmentToldAgain,
    AssignmentEnded,
    SessionEnded,
    EndedSessionToldAgain,
    DirectoryIsThere,
)
"""What of the directory's events this copy is made of, and its word that it is there."""


class Keeping(Protocol):
    """The unit of work that hearing needs."""

    cause: Envelope | None
    clock: Clock

    @property
    def connection(self) -> Connection: ...


def hear(uow: Keeping, event: StaffEvent) -> None:
    """What every service does with what it hears of the directory. Repeats and disorder change nothing."""
    if not isinstance(event, DirectoryIsThere):
        remember(uow.connection, event)
    elif uow.cause is not None:
        hearing.note(uow.connection, uow.cause.time, uow.clock.now())


def remember(connection: Connection, event: StaffEvent) -> None:
    """Take one of the directory's events into the copy. Repeats and disorder change nothing."""
    match event:
        case UnitChanged() | UnitToldAgain():
            _remember_unit(connection, event)
        case AssignmentGranted() | AssignmentToldAgain():
            _remember_assignment(connection, event)
        case AssignmentEnded():
            statement = insert(staff.assignments).values(assignment_id=event.assignment_id, ended_at=event.ended_at)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["assignment_id"],
                    set_={"ended_at": statement.excluded.ended_at},
                )
            )
        case SessionEnded() | EndedSessionToldAgain():
            connection.execute(
                insert(staff.ended_sessions)
                .values(session_id=event.session_id, expires_at=event.expires_at)
                .on_conflict_do_nothing()
            )


def _remember_unit(connection: Connection, event: UnitChanged | UnitToldAgain) -> None:
    # composed, since an event of the time before the directory did so may come late, or be replayed
    row = {
        "unit_id": event.unit_id,
        "version": event.version,
        "organization_id": event.organization_id,
        "name": received(event.name),
        "kind": event.kind,
        "area": event.area,
        "function_address": event.function_address,
        "phone": event.phone and received(event.phone),
        "stand_in_unit_id": event.stand_in_unit_id,
        "active": event.active,
    }
    statement = insert(staff.units).values(row)
    changes = {name: statement.excluded[name] for name in row if name != "unit_id"}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id"],
            set_=changes,
            where=older(staff.units.c.version, statement.excluded.version, told_again=isinstance(event, UnitToldAgain)),
        )
    )


def older(kept: ColumnElement[int], told: ColumnElement[int], *, told_again: bool) -> ColumnElement[bool]:
    """Whether a copy is to take a version: a newer one always, its own again when that is how things stand."""
    return kept <= told if told_again else kept < told


def _remember_assignment(connection: Connection, event: AssignmentGranted | AssignmentToldAgain) -> None:
    row = {
        "assignment_id": event.assignment_id,
        "issuer": event.issuer,
        "subject": event.subject,
        "unit_id": event.unit_id,
        "role": event.role,
        "valid_from": event.valid_from,
        "valid_to": event.valid_to,
    }
    if isinstance(event, AssignmentToldAgain):
        row["ended_at"] = event.ended_at
    statement = insert(staff.assignments).values(row)
    changes: dict[str, Any] = {name: statement.excluded[name] for name in row if name != "assignment_id"}
    if "ended_at" in row:
        # told as it stood a moment ago: an end that was heard meanwhile is not taken back
        changes["ended_at"] = func.coalesce(staff.assignments.c.ended_at, statement.excluded.ended_at)
    connection.execute(statement.on_conflict_do_update(index_elements=["assignment_id"], set_=changes))
