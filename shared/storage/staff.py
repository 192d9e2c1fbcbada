"""Each service's own copy of what the directory tells about staff: units, assignments, ended sessions.

Every service keeps these three tables in its own database, fills them from the directory's events
(``staff_events.py``), and asks nobody while a person waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
    text,
)

from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.kernel.swedish_order import swedish_order
from shared.storage.driver import Row, ask, ask_alone

DDL = """
create table known_units (
    unit_id uuid primary key, version integer not null, organization_id uuid not null, name text not null,
    kind text not null, area text, function_address text, phone text, stand_in_unit_id uuid, active boolean not null
);
create table known_assignments (
    assignment_id uuid primary key, issuer text, subject text, unit_id uuid, role text,
    valid_from timestamptz, valid_to timestamptz, ended_at timestamptz
);
create index known_assignments_by_user on known_assignments (issuer, subject);
create table ended_sessions (session_id uuid primary key, expires_at timestamptz not null);
"""
TABLES = ("known_units", "known_assignments", "ended_sessions")

_metadata = MetaData()
units = Table(
    "known_units",
    _metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("organization_id", Uuid),
    Column("name", Text),
    Column("kind", Text),
    Column("area", Text),
    Column("function_address", Text),
    Column("phone", Text),
    Column("stand_in_unit_id", Uuid),
    Column("active", Boolean),
)
assignments = Table(
    "known_assignments",
    _metadata,
    Column("assignment_id", Uuid, primary_key=True),
    Column("issuer", Text),
    Column("subject", Text),
    Column("unit_id", Uuid),
    Column("role", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
ended_sessions = Table(
    "ended_sessions",
    _metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("expires_at", DateTime(timezone=True)),
)


# asked on every request, so written out: building a query costs more than asking it. A closed unit's assignments hold:
# nothing new is sent there, but somebody must answer for what it has
_HELD = """
    select a.assignment_id, a.unit_id, u.name, a.role, u.active
    from known_assignments a join known_units u on u.unit_id = a.unit_id
    where a.issuer = $1 and a.subject = $2 and a.valid_from <= $3 and (a.valid_to is null or a.valid_to > $3)
        and (a.ended_at is null or a.ended_at > $3)
"""
ANY_CLOCKS_ERROR = timedelta(days=30)
"""What has ended is remembered for so much longer than it need be: a clock that was ahead and is put right again would
else have made somebody's end undone."""
# in the order of Unit's members
_UNIT = """
    select unit_id, organization_id, name, kind, area, function_address, phone, stand_in_unit_id, active
    from known_units where unit_id = $1
"""
_ENDED = "select true from ended_sessions where session_id = $1"


@dataclass(frozen=True)
class Unit:
    """A unit as every service knows it."""

    id: UnitId
    organization_id: UUID
    name: str
    kind: str
    area: str | None
    function_address: str | None
    phone: str | None
    stand_in_unit_id: UnitId | None
    active: bool


@dataclass(frozen=True)
class Assignment:
    """One user's role in one unit, which may have closed: it then still answers for what it has."""

    id: AssignmentId
    unit_id: UnitId
    unit_name: str
    role: Role
    unit_closed: bool = False


def forget_old_sessions(connection: Connection, now: datetime) -> int:
    """Sweep ended sessions whose cookies would have expired anyway, long ago by any clock; how many."""
    statement = text("delete from ended_sessions where expires_at < :before")
    return connection.execute(statement, {"before": now - ANY_CLOCKS_ERROR}).rowcount


def ended_until(connection: Connection) -> list[tuple[UUID, datetime]]:
    """The ended sessions that are remembered, each with the moment until which it must be."""
    return [(row.session_id, row.expires_at) for row in connection.execute(select(ended_sessions))]


class StaffCopy:
    """Answers who-may-what from a service's own copy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def assignments_of(self, user: UserRef, at: datetime) -> list[Assignment]:
        """The user's assignments that hold at a moment, by unit name in Swedish order."""
        rows = ask_alone(self._engine, _HELD, (user.issuer, user.subject, at))
        held = [Assignment(AssignmentId(row[0]), UnitId(row[1]), row[2], Role(row[3]), not row[4]) for row in rows]
        return sorted(held, key=lambda each: (swedish_order(each.unit_name), each.role))

    def session_ended(self, session_id: UUID) -> bool:
        """Whether the session was signed out."""
        return bool(ask_alone(self._engine, _ENDED, (session_id,)))

    def unit(self, unit_id: UUID) -> Unit | None:
        """A unit by its id, or None when this service has not heard of it."""
        return _unit(ask_alone(self._engine, _UNIT, (unit_id,)))


def find_unit(connection: Connection, unit_id: UUID) -> Unit | None:
    """A unit by its id inside an open transaction, or None."""
    return _unit(ask(connection, _UNIT, (unit_id,)))


def _unit(rows: list[Row]) -> Unit | None:
    return Unit(*rows[0]) if rows else None
