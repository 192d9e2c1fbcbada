"""Rows that others have kept a copy of, put back into a directory that has lost them. By an operator's command alone.

Versions are taken as they were told, so that the next change is newer than every copy. What belongs to something that
is lost itself (a unit whose organisation nobody has) is not taken, and named. No copy says whose address is withheld:
that of a unit that was lost is, until somebody says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

_UNIT = """
    INSERT INTO units (id, version, organization_id, name, kind, area, function_address, phone, stand_in_unit_id,
        active, address_withheld)
    SELECT :unit_id, :version, :organization_id, :name, :kind, :area, :function_address, :phone, :stand_in_unit_id,
        :active, true
    WHERE EXISTS (SELECT FROM organizations WHERE id = :organization_id)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
        name = excluded.name, kind = excluded.kind, area = excluded.area, phone = excluded.phone,
        function_address = excluded.function_address, stand_in_unit_id = excluded.stand_in_unit_id,
        active = excluded.active
    WHERE units.version < excluded.version
    RETURNING true
"""
_ASSIGNMENT = """
    INSERT INTO assignments (id, issuer, subject, unit_id, role, valid_from, valid_to, ended_at)
    SELECT :assignment_id, :issuer, :subject, :unit_id, :role, :valid_from, :valid_to, :ended_at
    WHERE EXISTS (SELECT FROM units WHERE id = :unit_id)
    ON CONFLICT DO NOTHING RETURNING true
"""
_END = "UPDATE assignments SET ended_at = :ended_at WHERE id = :assignment_id AND ended_at IS NULL"
_RULES = """
    INSERT INTO routing (municipality_code, version, default_unit_id)
    SELECT :municipality_code, :version, :default_unit_id
    WHERE NOT EXISTS (SELECT FROM unnest(CAST(:named AS uuid[])) AS named (id)
        WHERE NOT EXISTS (SELECT FROM units WHERE units.id = named.id))
    ON CONFLICT (municipality_code) DO UPDATE
        SET version = excluded.version, default_unit_id = excluded.default_unit_id
    WHERE routing.version < excluded.version
    RETURNING true
"""
_FORGET_RULES = "DELETE FROM routing_rules WHERE municipality_code = :municipality_code"
_RULE = """
    INSERT INTO routing_rules (id, municipality_code, position, area, target_groups, age_of, age_from, age_to, unit_id,
        stand_in_unit_id, valid_from, valid_to, reason_sv)
    SELECT rule_id, :municipality_code, place - 1, area, target_groups, age_of, age_from, age_to, unit_id,
        stand_in_unit_id, valid_from, valid_to, reason_sv
    FROM ROWS FROM (jsonb_to_recordset(CAST(:rules AS jsonb)) AS (rule_id uuid, area text, target_groups text[],
        age_of text, age_from int, age_to int, unit_id uuid, stand_in_unit_id uuid, valid_from date, valid_to date,
        reason_sv text)) WITH ORDINALITY AS told (rule_id, area, target_groups, age_of, age_from, age_to, unit_id,
        stand_in_unit_id, valid_from, valid_to, reason_sv, place)
"""
_SESSION = (
    "INSERT INTO ended_sessions (session_id, expires_at) VALUES (:session_id, :expires_at) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class KnownUnit:
    """A unit as a copy has it."""

    unit_id: UUID
    version: int
    organization_id: UUID
    name: str
    kind: str
    area: str | None
    function_address: str | None
    phone: str | None
    stand_in_unit_id: UUID | None
    active: bool


@dataclass(frozen=True)
class KnownAssignment:
    """An assignment as a copy has it."""

    assignment_id: UUID
    issuer: str
    subject: str
    unit_id: UUID
    role: str
    valid_from: datetime
    valid_to: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class KnownRules:
    """A municipality's rules as a copy has them; ``rules`` as ``RoutingRulesChanged`` tells them."""

    municipality_code: str
    version: int
    default_unit_id: UUID
    rules: Sequence[Mapping[str, Any]]

    @property
    def named(self) -> list[str]:
        """The units that they name."""
        units = {str(each[name]) for each in self.rules for name in ("unit_id", "stand_in_unit_id") if each.get(name)}
        return sorted({*units, str(self.default_unit_id)})


@dataclass
class TakenBack:
    """How much was taken back, and what was not: kind and id."""

    units: int = 0
    assignments: int = 0
    ends: int = 0
    municipalities: int = 0
    sessions: int = 0
    not_taken: list[tuple[str, str]] = field(default_factory=list)


def take_back_rows(
    connection: Connection,
    units: Sequence[KnownUnit],
    assignments: Sequence[KnownAssignment],
    rules: Sequence[KnownRules],
    sessions: Mapping[UUID, datetime],
) -> TakenBack:
    """Put back what a copy has newer, or alone, in the caller's transaction (an operator's, for the row policies)."""
    taken = TakenBack()
    known = set(connection.execute(text("SELECT id FROM units")).scalars())
    for unit in units:
        done = connection.execute(text(_UNIT), vars(unit)).scalar()
        taken.units += bool(done)
        if not done and unit.unit_id not in known:
            taken.not_taken.append(("unit", str(unit.unit_id)))
    held = {row.id: row.ended_at for row in connection.execute(text("SELECT id, ended_at FROM assignments"))}
    for each in assignments:
        if each.assignment_id not in held:
            done = connection.execute(text(_ASSIGNMENT), vars(each)).scalar()
            taken.assignments += bool(done)
            if not done:
                taken.not_taken.append(("assignment", str(each.assignment_id)))
        elif each.ended_at is not None and held[each.assignment_id] is None:
            taken.ends += connection.execute(text(_END), vars(each)).rowcount
    for told in rules:
        _take_rules(connection, told, taken)
    for session_id, expires_at in sessions.items():
        given = {"session_id": session_id, "expires_at": expires_at}
        taken.sessions += connection.execute(text(_SESSION), given).rowcount
    return taken


def _take_rules(connection: Connection, told: KnownRules, taken: TakenBack) -> None:
    head = {
        "municipality_code": told.municipality_code,
        "version": told.version,
        "default_unit_id": told.default_unit_id,
        "named": told.named,
    }
    if connection.execute(text(_RULES), head).scalar():
        connection.execute(text(_FORGET_RULES), head)
        connection.execute(text(_RULE), {**head, "rules": json.dumps(list(told.rules))})
        taken.municipalities += 1
        return
    newest = "SELECT version FROM routing WHERE municipality_code = :municipality_code"
    if (connection.execute(text(newest), head).scalar() or 0) < told.version:
        taken.not_taken.append(("routing-rules", told.municipality_code))
