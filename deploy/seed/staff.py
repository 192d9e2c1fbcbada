"""Who writes the seeded referrals: the cast in their own units, and invented staff in all the others."""

from __future__ import annotations

from deploy.seed.directory import OPERATOR
from deploy.seed.directory_units import SINCE
from deploy.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, UNIT, stable
from services.directory import bootstrap as directory
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
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
    parts = directory.for_web(settings)
    granted = 0
    try:
        with parts.work_of(OPERATOR, history=True) as work:
            for slug in UNIT:
                if not slug.startswith(tuple(ROLES)):
                    continue
                member = member_of(slug)
                if work.assignments.find(member.assignment_id) is not None:
                    continue
                asked = GrantAssignment(
                    assignment_id=member.assignment_id,
                    user=member.user,
                    unit_id=member.unit_id,
                    role=member.role,
                    valid_from=SINCE,
                )
                grant_assignment(work, OPERATOR, asked)
                granted += 1
            work.commit()
    finally:
        parts.engine.dispose()
    return granted


def _role_in(unit_slug: str) -> Role:
    return next(role for kind, role in ROLES.items() if unit_slug.startswith(kind))


def _actor(user: UserRef, assignment_id: AssignmentId, unit_slug: str, role: Role) -> Actor:
    return Actor(user=user, assignment_id=assignment_id, unit_id=UnitId(UNIT[unit_slug]), role=role)
