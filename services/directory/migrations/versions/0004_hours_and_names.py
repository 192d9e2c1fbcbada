"""Opening hours of what has no place, and the names that units had before.

Hours used to lie with the place alone: a telephone line's were lost. A unit's former name is kept with the moment until
which it was called so; it is written once and never changed.
"""

from alembic import op

from shared.storage.migrations import role

revision = "0004"
down_revision = "0003"

_HOURS = "alter table service_at_locations alter column location_id drop not null"
_NAMES = """
create table former_unit_names (
    unit_id uuid not null references units, name text not null, until timestamptz not null,
    primary key (unit_id, until)
)
"""
# whoever may change the unit may leave its former name; the policy of ``units`` decides who that is
_WRITERS = """
create policy write on former_unit_names for insert with check (
    current_setting('lotsa.role', true) = 'operator' or (
        current_setting('lotsa.role', true) = 'municipality-administrator' and exists (
            select from units where units.id = unit_id and (
                units.organization_id::text = current_setting('lotsa.organization_id', true) or (
                    split_part(units.area, '-', 1) = current_setting('lotsa.municipality_code', true)
                    and units.kind in ('receiving', 'partner')
                )
            )
        )
    )
)
"""


def upgrade() -> None:
    """Let hours be without a place; make the table of names, with its policies and the application's rights."""
    op.execute(_HOURS)
    op.execute(_NAMES)
    op.execute("alter table former_unit_names enable row level security")
    op.execute("alter table former_unit_names force row level security")
    op.execute(_WRITERS)
    op.execute("create policy read on former_unit_names for select using (true)")
    app = role("app")
    op.execute(f"revoke all on former_unit_names from {app}")
    op.execute(f"grant select, insert on former_unit_names to {app}")
