"""Units, assignments, counts, places and who is asked where no rule fits are not deleted by the application's role.

No code does, and whoever has the role's password must not. A walk over all rights finds the next such one
(``tests/integration/messaging/test_rights_that_are_used.py``).
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Take the right away."""
    op.execute(
        f"revoke delete on known_units, known_assignments, referral_counts, routing, locations from {role('app')}"
    )
