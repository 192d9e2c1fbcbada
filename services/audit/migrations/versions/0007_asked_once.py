"""Policies ask who is looking once for a statement, and what is emptied all the time is swept all the time."""

from alembic import op

from shared.storage.policies import ask_settings_once

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change how it is asked and swept, and nothing of who may see what."""
    ask_settings_once(op)
    # as large as the worst hour left it, it is read four times a minute: its dead rows go as soon as there are some
    op.execute(
        "alter table pending_entries set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)"
    )
