"""What lists showed, once for all who saw the same; and a key of their own for each person's openings (lotsa-leaf/2).

A set is found by any id in it, and an entry by its set. A person's key is found by a keyed pseudonym, and once
destroyed it stays destroyed: the row says so, and is never deleted.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import refuse
from shared.storage.migrations import role

revision = "0014"
down_revision = "0013"

_SETS = """
    create table shown_sets (key uuid primary key, records int not null check (records >= 0), ids uuid[] not null)
"""
_BY_ID = "create index shown_sets_ids on shown_sets using gin (ids)"
_SHOWN = "alter table log_entries add column shown uuid"
# many entries to one set: equal keys are stored once
_BY_SET = "create index log_entries_shown on log_entries (shown) where shown is not null"
# row-level security keeps a search in an array from using an index, so it is the owner who searches, for auditors only
_FIND = """
    create function sets_showing(subject uuid) returns setof uuid language sql stable security definer rows 50
    set search_path = public, pg_temp as $$
        select key from shown_sets where ids @> array[subject]
            and (select current_setting('lotsa.role', true)) = 'auditor'
    $$
"""
_KEYS = """
    create table subject_keys (
        key_id uuid primary key, pseudonym bytea unique, wrapped bytea, told bytea,
        made_at timestamptz not null default clock_timestamp(), destroyed_at timestamptz,
        check ((destroyed_at is null) = (wrapped is not null)), check (destroyed_at is null or told is null)
    )
"""


def upgrade() -> None:
    """Make the tables, with the rights that the log's own have."""
    app, log = role("app"), role("log")
    for statement in (_SETS, _BY_ID, _SHOWN, _BY_SET, _KEYS):
        op.execute(statement)
    _refuse_change("shown_sets", "append_only", "update or delete", "row")
    _refuse_change("shown_sets", "never_emptied", "truncate", "statement")
    op.execute(f"grant select, insert on shown_sets to {log}")
    op.execute(f"grant select on shown_sets to {app}")
    op.execute("alter table shown_sets enable row level security")
    op.execute("alter table shown_sets force row level security")
    op.execute(f"create policy the_sequencer_appends on shown_sets to {log} using (true) with check (true)")
    op.execute(
        f"create policy auditors_read on shown_sets for select to {app} "
        "using ((select current_setting('lotsa.role', true)) = 'auditor')"
    )
    op.execute("create policy the_owner_finds on shown_sets for select to current_user using (true)")
    op.execute(_FIND)
    op.execute("revoke all on function sets_showing from public")
    op.execute(f"grant execute on function sets_showing to {app}")
    op.execute(f"grant select, insert on subject_keys to {app}")
    refuse(
        op,
        "subject_keys",
        "destroyed_stays",
        "before update",
        "a key is wrapped anew or destroyed, no more",
        "old.destroyed_at is not null or (new.key_id, new.made_at) is distinct from (old.key_id, old.made_at) or "
        "new.destroyed_at is null and (new.pseudonym, new.told) is distinct from (old.pseudonym, old.told)",
    )
    _refuse_change("subject_keys", "never_deleted", "delete", "row")
    _refuse_change("subject_keys", "never_emptied", "truncate", "statement")


def _refuse_change(table: str, name: str, events: str, level: str) -> None:
    op.execute(f"create trigger {name} before {events} on {table} for each {level} execute function refuse_change()")
