"""On whose consents a look relied can be asked of every row, also of one that says less than it showed.

``on_whose`` (0013) raised an error for a place beyond the end, and with it every question that met such a row: the page
of readings, and the hour's tally. What is not said there relied on nobody; that it was told otherwise the tally shows.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

# a place beyond its end is nobody's
ON_WHOSE = """
CREATE OR REPLACE FUNCTION on_whose(relied_on bytea, place integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN place BETWEEN 1 AND octet_length(relied_on) * 4
        THEN get_byte(relied_on, (place - 1) >> 2) >> ((place - 1) & 3) * 2 & 3 ELSE 0 END
$$
"""


def upgrade() -> None:
    """No row is written anew."""
    op.execute(ON_WHOSE)


def downgrade() -> None:
    """It answers what the other answered, and more."""
