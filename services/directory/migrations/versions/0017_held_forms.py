"""One table for all forms that have not gone through, with the reason. What waits goes on waiting, and opens."""

from __future__ import annotations

from alembic import op

from shared.storage.held_forms_table import turn_into_held_forms

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Turn it over."""
    turn_into_held_forms(op)
