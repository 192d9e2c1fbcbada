"""Another authority's own affairs are hidden by the database too, as ``domain/permissions.py`` has it.

The first policy let an administrator write every unit that sits in their municipality, and see who works there: a
region's health centre, its review and its administration too. The table of permissions never did. Now both say the
same: one's own organisation's units, and those in the municipality that receive, or are partners'.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_OPERATOR = "current_setting('lotsa.role', true) = 'operator'"
_ADMINISTRATOR = "current_setting('lotsa.role', true) = 'municipality-administrator'"
_OWN = "organization_id::text = current_setting('lotsa.organization_id', true)"
_HERE = "split_part(area, '-', 1) = current_setting('lotsa.municipality_code', true)"

_UNIT = f"{_OPERATOR} or ({_ADMINISTRATOR} and ({_OWN} or ({_HERE} and kind in ('receiving', 'partner'))))"
_ASSIGNMENT = f"exists (select from units where units.id = unit_id and ({_UNIT}))"


def upgrade() -> None:
    """Put the narrower policies in the place of the wider ones."""
    for table, writers in (("units", _UNIT), ("assignments", _ASSIGNMENT)):
        op.execute(f"drop policy write on {table}")
        op.execute(f"create policy write on {table} for all using ({writers}) with check ({writers})")
