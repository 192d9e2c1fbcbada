"""A notice is known by what it says, to whom, and the request that it followed from: its id is made of these.

Two indexes and two columns, which said nothing but that there is no other such notice, go. What was written before
keeps its id, which letters and the log name.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"

CHANGES = """
ALTER TABLE notices DROP CONSTRAINT one_notice_for_one_event;
ALTER TABLE notices DROP CONSTRAINT one_notice_for_one_request;
ALTER TABLE notices DROP COLUMN cause_event_id, DROP COLUMN correlation_id;
DROP INDEX notices_of_unit;
CREATE INDEX notices_of_unit ON notices (unit_id, created_at DESC)
"""


def upgrade() -> None:
    """Take away what the id says. Two notices of one moment are put in their order when they are read."""
    for statement in CHANGES.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """What is gone is not made up again."""
    raise NotImplementedError("restore a backup instead")
