"""Which master keys the data are sealed under, by name and check value."""

from alembic import op

from shared.storage.key_register import create_master_keys
from shared.storage.migrations import role

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, which the application's role may read."""
    create_master_keys(op, role("app"))
