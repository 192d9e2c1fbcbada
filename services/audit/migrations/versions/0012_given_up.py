"""Numbers that nobody holds any more, and hours that a service no longer holds, by which restore that was said."""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0012"
down_revision = "0011"

_TABLE = """
    create table given_up_sequences (
        source text primary key, given_up int8multirange not null, restore_id uuid not null,
        noted_at timestamptz not null
    )
"""
_HOURS = """
    create table restored_hours (
        restore_id uuid primary key, publisher text not null, first timestamptz not null, last timestamptz not null
    )
"""


def upgrade() -> None:
    """Make the table; what was said is never taken back."""
    app = role("app")
    op.execute(_TABLE)
    op.execute(_HOURS)
    op.execute(f"grant select, insert, update on given_up_sequences to {app}")
    op.execute(f"grant select, insert on restored_hours to {app}")
