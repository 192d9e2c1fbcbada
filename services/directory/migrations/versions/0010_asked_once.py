"""Policies ask who is looking once for a statement."""

from alembic import op

from shared.storage.policies import ask_settings_once

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change how it is asked, and nothing of who may see what."""
    ask_settings_once(op)
