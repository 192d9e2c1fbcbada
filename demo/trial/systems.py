"""The trial's systems: those that ask the API with a token of their own, each under an assignment in the directory.

The trial's OpenID provider reads the same file and writes each system's assignment into its tokens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.seed.directory import grant_to
from demo.seed.ids import UNIT
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import Settings

FILE = Path(__file__).with_name("systems.json")


def systems() -> list[dict[str, Any]]:
    """Each with its `client_id`, `assignment`, and the `unit` and `role` that this assignment is for."""
    read: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def grant_to_systems(settings: Settings) -> int:
    """Give each system its assignment, unless it has it; returns how many are new. The units must be there."""
    return grant_to(settings, (_actor(settings.token_issuer, system) for system in systems()))


def _actor(issuer: str, system: dict[str, Any]) -> Actor:
    return Actor(
        # a token for a client that acts for no person names the client itself as its subject
        user=UserRef(issuer, system["client_id"]),
        assignment_id=AssignmentId(UUID(system["assignment"])),
        unit_id=UnitId(UNIT[system["unit"]]),
        role=Role(system["role"]),
    )
