"""Forms that came after their sender's session: sealed, the sender's alone, for twelve hours.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

from shared.storage.held_forms_table import create_table_of_late_forms
from shared.storage.migrations import role

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    create_table_of_late_forms(op, role("app"))


def downgrade() -> None:
    """Forget what was kept."""
    op.execute("DROP TABLE lapsed_forms")
