"""The record of a reading, or of an attempt: who, when, what, by which rule, relying on which consents.

HSLF-FS 2016:40 4:9 asks for action, unit, time, user and subject. A list makes one record that names every id shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, ConsentId, UnitId
from shared.kernel.refusals import Refusal


class Outcome(StrEnum):
    """Whether the reading was allowed."""

    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What somebody is shown, or does. ``action``: read | list | search | print | export | change | erase.

    ``record_kind``: of what; ``subjects``: the records; ``rule``: the slug of what allows it; ``purpose``: a code;
    ``consents``: those relied on.
    """

    action: str
    record_kind: str
    subjects: tuple[UUID, ...] = ()
    rule: str
    purpose: str
    consents: tuple[ConsentId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody tried, and how it is refused. ``rule``: the slug of what refuses it; empty is the refusal's own."""

    action: str
    record_kind: str
    subjects: tuple[UUID, ...] = ()
    purpose: str
    refusal: Refusal
    rule: str = ""


@dataclass(frozen=True)
class Operator:
    """Somebody who gives a command on the machine itself, under no assignment."""

    user: UserRef


@dataclass(frozen=True, kw_only=True)
class Access:
    """One access record: a look that was allowed, or an attempt, whose ``action`` is then ``attempt.<action>``.

    Assignment and unit are None of somebody who acts under none, and ``role`` where none is said. Made by
    ``shared.access.record`` alone.
    """

    access_id: UUID
    action: str
    outcome: Outcome
    rule: str
    purpose: str
    user: UserRef
    assignment_id: AssignmentId | None
    unit_id: UnitId | None
    role: Role | None
    record_kind: str
    subjects: tuple[UUID, ...]
    consents: tuple[ConsentId, ...]
    occurred_at: datetime


Acting = Actor | Operator | UserRef
"""Who looks: under an assignment, as an operator, or as a user of the machine of whom no role is said."""
