"""Who writes the seeded referrals: the cast in their own units, and invented staff in all the others."""

from __future__ import annotations

from demo.seed.directory import grant_to
from demo.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, UNIT, stable
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import Settings

ISSUER = "urn:lotsa:seed"
ROLES = {"health-centre": Role.REFERRER, "psychiatry": Role.REFERRER, "advice": Role.ADVISER}


def member_of(unit_slug: str) -> Actor:
    """The person who acts for a unit that sends or receives: one of the cast where there is one."""
    role = _role_in(unit_slug)
    for subject, (slug, cast_role) in CAST.items():
        if UNIT[slug] == UNIT[unit_slug] and Role(cast_role) is role:
            return _actor(UserRef(DEMO_ISSUER, subject), AssignmentId(ASSIGNMENT[subject]), unit_slug, role)
    subject = f"staff-{unit_slug}"
    return _actor(UserRef(ISSUER, subject), AssignmentId(stable("assignment", subject)), unit_slug, role)


def grant_assignments(settings: Settings) -> int:
    """Have the directory tell of the invented staff's assignments, those that are not there yet; how many."""
    return grant_to(settings, (member_of(slug) for slug in UNIT if slug.startswith(tuple(ROLES))))


def _role_in(unit_slug: str) -> Role:
    return next(role for kind, role in ROLES.items() if unit_slug.startswith(kind))


def _actor(user: UserRef, assignment_id: AssignmentId, unit_slug: str, role: Role) -> Actor:
    return Actor(user=user, assignment_id=assignment_id, unit_id=UnitId(UNIT[unit_slug]), role=role)
