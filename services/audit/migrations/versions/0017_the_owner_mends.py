"""The tables' owner may see and write what stands beside the entries without taking row-level security off first.

Taking it off waits for every reader, and every reader for that. The trigger stays what stands in the owner's way.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the policies."""
    for table in ("log_entries", "log_about"):
        op.execute(f"create policy the_owner_mends on {table} to current_user using (true) with check (true)")
