"""When the directory was last heard: without that nobody knows whose right has ended."""

from __future__ import annotations

from alembic import op

from shared.storage.heartbeat import create_hearing
from shared.storage.migrations import role

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    create_hearing(op, role("app"))
