"""Why somebody's sign-in was refused, and an end to how long that is kept.

A colleague whose sign-in was not sure enough came all the same. The service's own sweep (``lotsa.actor`` = ``system``)
may find and remove such rows, whoever they are about; nobody else's transaction may.
"""

from alembic import op

from shared.storage.migrations import role

revision = "0014"
down_revision = "0013"

_STATEMENTS = """
alter table refused_sign_ins add column reason text not null default 'no-assignment';
create index refused_sign_ins_by_time on refused_sign_ins (last_at);
create policy sweep_reads on refused_sign_ins for select
    using ((select current_setting('lotsa.actor', true)) = 'system');
create policy sweep on refused_sign_ins for delete
    using ((select current_setting('lotsa.actor', true)) = 'system')
"""


def upgrade() -> None:
    """Add the reason, of which there was but one until now, and the policies of the sweep."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
    op.execute(f"grant update (reason) on refused_sign_ins to {role('app')}")
