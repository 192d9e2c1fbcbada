"""Sent events keep the epoch they were sent under, and can be sent again when a person asks for it."""

from __future__ import annotations

from alembic import op

from shared.messaging.publish.outbox import keep_epochs
from shared.messaging.publish.republication import create_republishing
from shared.storage.migrations import role

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let rows keep their epoch, and make the table of requests."""
    keep_epochs(op)
    create_republishing(op, role("app"))
