"""Held notices are looked for by a timer.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are few of them, among very many that were sent."""
    op.execute("CREATE INDEX notices_held ON notices (referral_id) WHERE status = 'held'")


def downgrade() -> None:
    """Look through all of them again."""
    op.execute("DROP INDEX notices_held")
