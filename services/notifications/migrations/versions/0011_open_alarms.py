"""The audit log's open alarms, for as long as somebody is to be told of them."""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    op.execute(
        "CREATE TABLE open_alarms (alarm_id uuid PRIMARY KEY, noticed_at timestamptz, closed_at timestamptz, "
        "told_at timestamptz, CHECK (noticed_at IS NOT NULL OR closed_at IS NOT NULL))"
    )
    op.execute(
        "GRANT SELECT, DELETE, INSERT (alarm_id, noticed_at, closed_at), UPDATE (noticed_at, closed_at, told_at) "
        f"ON open_alarms TO {role('app')}"
    )
