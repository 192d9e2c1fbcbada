"""Who has ever signed in: so that an assignment for an id that nobody has is seen.

Only the first time is kept, and no other. Where people were at work before this, nobody knows who of them had signed
in: then ``since`` says from when on it is noted; it is null where everything is.
"""

from alembic import op

from shared.storage.migrations import role

revision = "0006"
down_revision = "0005"

_TABLES = """
create table sign_ins (
    issuer text not null, subject text not null, first_at timestamptz not null, primary key (issuer, subject)
);
create table sign_ins_noted (since timestamptz);
insert into sign_ins_noted select case when exists (select from known_assignments) then clock_timestamp() end;
alter table sign_ins enable row level security;
alter table sign_ins force row level security;
create policy note on sign_ins for insert with check (true);
create policy administrators_read on sign_ins for select
    using (current_setting('lotsa.role', true) in ('operator', 'municipality-administrator'))
"""


def upgrade() -> None:
    """Make the tables, and give the application's role what it needs and no more."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    app = role("app")
    op.execute(f"grant select, insert on sign_ins to {app}")
    op.execute(f"grant select on sign_ins_noted to {app}")
