"""The trial's systems: those that ask the API with a token of their own, each under an assignment in the directory.

The trial's OpenID provider reads the same file and writes each system's assignment into its tokens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.seed.directory import OPERATOR
from deploy.seed.directory_units import SINCE
from deploy.seed.ids import UNIT
from services.directory import bootstrap
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import Settings

FILE = Path(__file__).with_name("systems.json")


def systems() -> list[dict[str, Any]]:
    """Each with its `client_id`, `assignment`, and the `unit` and `role` that this assignment is for."""
    read: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def grant_to_systems(settings: Settings) -> int:
    """Give each system its assignment, unless it has it; returns how many are new. The units must be there."""
    parts = bootstrap.for_web(settings)
    granted = 0
    try:
        with parts.work_of(OPERATOR, history=True) as work:
            for system in systems():
                assignment_id = AssignmentId(UUID(system["assignment"]))
                if work.assignments.find(assignment_id) is not None:
                    continue
                asked = GrantAssignment(
                    assignment_id=assignment_id,
                    # a token for a client that acts for no person names the client itself as its subject
                    user=UserRef(settings.token_issuer, system["client_id"]),
                    unit_id=UnitId(UNIT[system["unit"]]),
                    role=Role(system["role"]),
                    valid_from=SINCE,
                )
                grant_assignment(work, OPERATOR, asked)
                granted += 1
            work.commit()
    finally:
        parts.engine.dispose()
    return granted
