"""A reviewer with a small mandate finds their entries by the units that these concern.

A plain index on each of the first four places of ``units``, since what lies behind row-level security is found by plain
comparisons only; a row of one is a few bytes, as the same unit comes again and again. Few entries name more units, or
none: these have an index of their own.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

PLACES = 4


def upgrade() -> None:
    """Make the indexes."""
    for place in range(1, PLACES + 1):
        # an entry is in those of the places that it has
        op.execute(
            f"create index log_entries_unit_{place} on log_entries ((units[{place}])) where units[{place}] is not null"
        )
    op.execute(f"create index log_entries_many_units on log_entries (index) where cardinality(units) > {PLACES}")
    op.execute("create index log_entries_no_unit on log_entries (index) where units = '{}'")
