"""A unit does not see the notices that it may not be told of: that there is one tells what happened.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWN = "unit_id = nullif(current_setting('lotsa.unit_id', true), '')::uuid"
TOLD = "status <> 'held' AND reason IS DISTINCT FROM 'not-to-be-told'"


def upgrade() -> None:
    """What is held, or not to be told, is the service's alone."""
    op.execute(f"ALTER POLICY own_unit ON notices USING ({OWN} AND {TOLD})")


def downgrade() -> None:
    """Show the unit all of its own."""
    op.execute(f"ALTER POLICY own_unit ON notices USING ({OWN})")
