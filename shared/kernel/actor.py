"""Who acts: a user under one assignment (a unit and a role) at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.identity import AssignmentId, UnitId


class Role(StrEnum):
    """What an assignment lets a person do in its unit."""

    REFERRER = "referrer"
    ADVISER = "adviser"
    PARTNER_EDITOR = "partner-editor"
    AUDITOR = "auditor"
    MUNICIPALITY_ADMINISTRATOR = "municipality-administrator"
    OPERATOR = "operator"


@dataclass(frozen=True)
class UserRef:
    """A user as the identity provider knows them: OpenID Connect ``iss`` and ``sub`` (Core 1.0, 5.7)."""

    issuer: str
    subject: str

    def __post_init__(self) -> None:
        """Raise ValueError for a subject that nobody can be stored under: empty, or with control characters."""
        if not self.subject.isprintable() or not self.subject:
            raise ValueError("a subject is one or more printable characters")


@dataclass(frozen=True)
class Actor:
    """A person acting under one assignment. ``name`` is for their own page only and never stored or sent."""

    user: UserRef
    assignment_id: AssignmentId
    unit_id: UnitId
    role: Role
    name: str = ""
