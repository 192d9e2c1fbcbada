"""The directory was put back: what it had told since stands in the others' copies, and is taken back from there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from sqlalchemy import Connection, text

from operations.operator_act import database_of
from services.directory import bootstrap
from services.directory.adapters.taking_back import KnownAssignment, KnownRules, KnownUnit, TakenBack, take_back_rows
from shared.settings import SERVICES, Settings

SERVICE = bootstrap.SERVICE
COPIES = tuple(service for service in SERVICES if service != SERVICE)
KEEPS_RULES = "referral"

_UNITS = """
    SELECT unit_id, version, organization_id, name, kind, area, function_address, phone, stand_in_unit_id, active
    FROM known_units
"""
# an end that is heard before its beginning stands there with nothing else
_ASSIGNMENTS = """
    SELECT assignment_id, issuer, subject, unit_id, role, valid_from, valid_to, ended_at FROM known_assignments
    WHERE issuer IS NOT NULL
"""
_ENDED = "SELECT session_id, expires_at FROM ended_sessions"
_RULES = "SELECT municipality_code, version, default_unit_id, rules FROM routing_sets"


def take_back(settings: Settings, console: Console) -> None:
    """Take units, assignments, rules and ended sessions back where a copy is newer, and print what could not be."""
    units: dict[Any, KnownUnit] = {}
    assignments: dict[Any, KnownAssignment] = {}
    sessions: dict[Any, Any] = {}
    rules: list[KnownRules] = []
    for service in COPIES:
        with database_of(settings, service) as engine, engine.connect() as connection:
            _newest(units, (KnownUnit(*row) for row in connection.execute(text(_UNITS))))
            for row in connection.execute(text(_ASSIGNMENTS)):
                _soonest_ended(assignments, KnownAssignment(*row))
            sessions.update({row.session_id: row.expires_at for row in connection.execute(text(_ENDED))})
            if service == KEEPS_RULES:
                rules = _rules_in(connection)
    parts = bootstrap.for_bus(settings)
    try:
        with parts.work_of_operator() as work:
            taken = take_back_rows(work.connection, [*units.values()], [*assignments.values()], rules, sessions)
            work.commit()
    finally:
        parts.engine.dispose()
    _say(taken, console)


def _newest(found: dict[Any, KnownUnit], more: Iterable[KnownUnit]) -> None:
    for each in more:
        if each.unit_id not in found or found[each.unit_id].version < each.version:
            found[each.unit_id] = each


def _soonest_ended(found: dict[Any, KnownAssignment], each: KnownAssignment) -> None:
    known = found.get(each.assignment_id)
    if known is None or (known.ended_at is None and each.ended_at is not None):
        found[each.assignment_id] = each


def _rules_in(connection: Connection) -> list[KnownRules]:
    rows = connection.execute(text(_RULES)).all()
    return [
        KnownRules(row[0], row[1], row[2], row[3] if isinstance(row[3], list) else json.loads(row[3])) for row in rows
    ]


def _say(taken: TakenBack, console: Console) -> None:
    console.print(
        f"  Taken back from the others' copies: {taken.units} units, {taken.assignments} assignments, {taken.ends} "
        f"ends of assignments, the rules of {taken.municipalities} municipalities, {taken.sessions} ended sessions."
    )
    for kind, each in taken.not_taken:
        console.print(f"  could not be taken back, since what it belongs to is lost: {kind} {each}", markup=False)
    if taken.not_taken:
        console.print("  Load the first directory's file anew, then say “lotsa restored directory” again.")
