"""Forms that came after their sender's session: sealed, the sender's alone, for twelve hours."""

from __future__ import annotations

from alembic import op

from shared.storage.lapsed_forms import create_lapsed_forms
from shared.storage.migrations import role

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    create_lapsed_forms(op, role("app"))
