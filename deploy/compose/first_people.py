"""The first units and people of a trial installation in containers.

The cast signs in at the trial's OpenID provider, so their assignments hang on its issuer. A real installation begins
with one administrator of the municipality, who registers units and grants assignments in the browser.
"""

from __future__ import annotations

from deploy.seed.directory import OPERATOR, seed_directory
from deploy.seed.directory_units import SINCE
from deploy.seed.ids import CAST, UNIT, stable
from services.directory import bootstrap as directory
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import Settings


def introduce(settings: Settings) -> None:
    """Register units, rules and listings, and grant the cast's assignments under this installation's provider."""
    seed_directory(settings)
    parts = directory.for_web(settings)
    try:
        with parts.work_of(OPERATOR, history=True) as work:
            for subject, (unit_slug, role) in CAST.items():
                assignment_id = AssignmentId(stable("trial-assignment", subject))
                if work.assignments.find(assignment_id) is None:
                    user = UserRef(settings.oidc_issuer, subject)
                    asked = GrantAssignment(
                        assignment_id=assignment_id,
                        user=user,
                        unit_id=UnitId(UNIT[unit_slug]),
                        role=Role(role),
                        valid_from=SINCE,
                    )
                    grant_assignment(work, OPERATOR, asked)
            work.commit()
    finally:
        parts.engine.dispose()
