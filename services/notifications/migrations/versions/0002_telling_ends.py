"""A carer's yes to telling the referrer ends when the consent does.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the end; a row without one is a no, or was heard before ends were kept."""
    op.execute("ALTER TABLE telling ADD COLUMN tells_until timestamptz")


def downgrade() -> None:
    """Forget the ends."""
    op.execute("ALTER TABLE telling DROP COLUMN tells_until")
