"""Units and assignments that were heard of are not deleted by the application's role.

No code does, and whoever has the role's password must not. A walk over all rights finds the next such one
(``tests/integration/messaging/test_rights_that_are_used.py``).
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take the right away."""
    op.execute(f"revoke delete on known_units, known_assignments from {role('app')}")
