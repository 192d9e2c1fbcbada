"""The sessions that have begun and not ended, so that all of somebody's can be ended.

Who is signed in when this is done signs in once more: their sessions are under another key.
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0012"
down_revision = "0011"

_TABLES = (
    """
    create table living_sessions (
        session_id uuid primary key, issuer text not null, subject text not null, expires_at timestamptz not null
    )
    """,
    "create index living_sessions_by_user on living_sessions (issuer, subject)",
)


def upgrade() -> None:
    """Make the table, and give the application's role what it needs and no more."""
    for statement in _TABLES:
        op.execute(statement)
    op.execute(f"grant select, insert, delete on living_sessions to {role('app')}")
