"""Forms that came after their sender's session: sealed, the sender's alone, for twelve hours.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

from shared.storage.lapsed_forms import create_lapsed_forms
from shared.storage.migrations import role

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    create_lapsed_forms(op, role("app"))


def downgrade() -> None:
    """Forget what was kept."""
    op.execute("DROP TABLE lapsed_forms")
