"""Who came to sign in and was refused for want of an assignment: so that a list does not say that they never came.

Only the latest time is kept, of those alone who have or had an assignment, and until they sign in. An administrator is
shown it, and who has ever signed in, of those who have or had an assignment in a place that the administrator answers
for: the policy on ``assignments`` says which those are, and holds within these policies too.
"""

from alembic import op

from shared.storage.migrations import role

revision = "0013"
down_revision = "0012"

_STATEMENTS = """
create index assignments_by_user on assignments (issuer, subject);
create table refused_sign_ins (
    issuer text not null, subject text not null, last_at timestamptz not null, primary key (issuer, subject)
);
alter table refused_sign_ins enable row level security;
alter table refused_sign_ins force row level security;
create policy note on refused_sign_ins for all
    using (
        issuer = (select current_setting('lotsa.issuer', true))
        and subject = (select current_setting('lotsa.subject', true))
    )
    with check (
        issuer = (select current_setting('lotsa.issuer', true))
        and subject = (select current_setting('lotsa.subject', true))
    );
create policy administrators_read on refused_sign_ins for select
    using (
        (select current_setting('lotsa.role', true)) = 'operator'
        or ((select current_setting('lotsa.role', true)) = 'municipality-administrator' and exists (
            select from assignments a
            where (a.issuer, a.subject) = (refused_sign_ins.issuer, refused_sign_ins.subject)
        ))
    );
alter policy administrators_read on sign_ins
    using (
        (select current_setting('lotsa.role', true)) = 'operator'
        or ((select current_setting('lotsa.role', true)) = 'municipality-administrator' and exists (
            select from assignments a where (a.issuer, a.subject) = (sign_ins.issuer, sign_ins.subject)
        ))
    )
"""


def upgrade() -> None:
    """Make the table, narrow who sees who came, and give the application's role what it needs and no more."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
    app = role("app")
    op.execute(f"grant select, insert, delete on refused_sign_ins to {app}")
    op.execute(f"grant update (last_at) on refused_sign_ins to {app}")
