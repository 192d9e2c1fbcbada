"""What a unit has sent and is still open is counted without looking at all that it ever sent.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the index; what is closed leaves it."""
    op.execute("CREATE INDEX referrals_sent_and_open ON referrals (referring_unit_id) WHERE closed_at IS NULL")


def downgrade() -> None:
    """An index is not taken away."""
    raise NotImplementedError("restore a backup instead")
