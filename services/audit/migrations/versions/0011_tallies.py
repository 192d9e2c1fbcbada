"""What services say that they told in each hour; and an index by which the rows beside an entry are found by it.

The index is of blocks, since rows come in the entries' order: a few bytes for a thousand rows.
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0011"
down_revision = "0010"

_TALLIES = """
create table tallies (
    publisher text, hour timestamptz, told bigint not null, told_digest text not null, looks bigint, looks_digest text,
    said_at timestamptz not null, heard_at timestamptz not null, compared_at timestamptz, since timestamptz,
    differs text[] not null default '{}', primary key (publisher, hour)
)
"""
_UNCOMPARED = "create index tallies_to_compare on tallies (compared_at) where compared_at is null or differs <> '{}'"
_BY_ENTRY = """
create index log_about_by_entry on log_about using brin (entry_index) with (pages_per_range = 8, autosummarize = on)
"""
_SAID = "publisher, hour, told, told_digest, looks, looks_digest, said_at, heard_at"
_COMPARED = "told, told_digest, looks, looks_digest, said_at, heard_at, compared_at, since, differs"


def upgrade() -> None:
    """Make table and index; give the application's role what it needs and no more."""
    for statement in (_TALLIES, _UNCOMPARED, _BY_ENTRY):
        op.execute(statement)
    op.execute(f"grant select, insert ({_SAID}), update ({_COMPARED}) on tallies to {role('app')}")
