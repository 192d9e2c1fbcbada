"""The application's role may do with outbox and inbox what its work needs, column by column."""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import guard_inbox, guard_outbox
from shared.storage.migrations import role

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Grant anew."""
    guard_outbox(op, role("app"))
    guard_inbox(op, role("app"))
