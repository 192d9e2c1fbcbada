"""An entry's row holds what it is found by: four of the records that it is about, a number for its units, and another
for the key that opens its user's name. Each was a row of its own, or an array, with a row's head and an index's.

What an entry is about beyond the four stays in ``log_about``, and what opens other commitments in ``log_openings``.
Units that come together are stored once (``log_unit_sets``); 0 is no unit at all. The log is written anew, since a
column that is taken out goes on taking its place: that needs room for it once more, and time. Measured with 200,000
entries about three records each, without waiting for a disk: four seconds of PostgreSQL's processor time, and twenty by
the clock on a machine that was busy otherwise. A million was not measured: five times that, and what the disk takes.
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0019"
down_revision = "0018"

PLACES = 4

_UNIT_SETS = (
    """create table log_unit_sets (
        number int generated always as identity primary key, units uuid[] not null unique check (units <> '{}'))""",
    "insert into log_unit_sets (units) select distinct units from log_entries where units <> '{}'",
)
_KEY_NUMBERS = "alter table subject_keys add column number int generated always as identity unique"
# by falling width, so that nothing lies between them
_NARROW = """
    create table narrow_entries (
        index bigint primary key check (index >= 0), occurred_at timestamptz not null, recorded_at timestamptz not null,
        unit_set int not null, user_key int, event_id uuid not null unique, shown uuid,
        about_1 uuid, about_2 uuid, about_3 uuid, about_4 uuid, type text not null,
        leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
        leaf bytea not null check (octet_length(leaf) between 2 and 65535),
        constraint about_in_order check (
            (about_2 is null or about_1 < about_2) and (about_3 is null or about_2 < about_3)
            and (about_4 is null or about_3 < about_4))
    )
"""
_REFERENCES = """
    create temporary table references_to_keys on commit drop as
    select entry_index, number from log_openings join log_entries using (event_id)
        join subject_keys on key_id = case when octet_length(sealed) = 17 and substr(sealed, 1, 1) = '\\x02'
            then encode(substr(sealed, 2), 'hex')::uuid end
    where name = 'user' and entry_index = index
"""
_SUBJECTS = """
    create temporary table subjects on commit drop as
    select entry_index, array_agg(subject_id order by subject_id) as ids from log_about group by entry_index
"""
_COPY = """
    insert into narrow_entries
    select index, occurred_at, recorded_at, coalesce(log_unit_sets.number, 0), references_to_keys.number, event_id,
        shown, ids[1], ids[2], ids[3], ids[4], type, leaf_hash, leaf
    from log_entries left join log_unit_sets using (units)
    left join subjects on subjects.entry_index = index
    left join references_to_keys on references_to_keys.entry_index = index
    order by index
"""
_REST_OF_THE_INDEX = """
    create temporary table rest_of_the_index on commit drop as
    select id as subject_id, entry_index from subjects, unnest(ids) with ordinality as each (id, place)
    where place > 4 or not exists (select from log_entries where index = entry_index)
"""
_REST_OF_THE_OPENINGS = """
    create temporary table rest_of_the_openings on commit drop as
    select * from log_openings
    where name <> 'user'
        or not exists (select from references_to_keys as moved where moved.entry_index = log_openings.entry_index)
"""
_PUT_BACK = (
    "alter table log_about disable trigger user",
    "truncate log_about",
    "insert into log_about (subject_id, entry_index) select subject_id, entry_index from rest_of_the_index",
    "alter table log_about enable trigger user",
    "alter table log_openings disable trigger user",
    "truncate log_openings",
    "insert into log_openings select * from rest_of_the_openings",
    "alter table log_openings enable trigger user",
    "alter table log_openings force row level security",
    "drop table log_entries",
    "alter table narrow_entries rename to log_entries",
    "alter index narrow_entries_pkey rename to log_entries_pkey",
    "alter index narrow_entries_event_id_key rename to log_entries_event_id_key",
)
_INDEXES = (
    "create index log_entries_consents on log_entries (index) where type = 'consent.given.v1'",
    "create index log_entries_referrals on log_entries (index) where type = 'referral.sent.v1'",
    "create index log_entries_keys on log_entries (index) where type = 'log-key.changed.v1'",
    "create index log_restores on log_entries (index) where type = 'service.restored.v1'",
    """create index log_entries_refused on log_entries (index)
        where position('\\x226f7574636f6d65223a227265667573656422'::bytea in leaf) > 0""",
    # many entries to one set, one group of units, one record: equal keys are stored once
    "create index log_entries_shown on log_entries (shown) where shown is not null",
    "create index log_entries_units on log_entries (unit_set)",
    *(
        f"create index log_entries_about_{place} on log_entries (about_{place}) where about_{place} is not null"
        for place in range(1, PLACES + 1)
    ),
)


def upgrade() -> None:
    """Write the log's rows anew, with the rights and triggers that they had."""
    app, log = role("app"), role("log")
    op.execute("alter table log_openings no force row level security")
    for statement in (*_UNIT_SETS, _KEY_NUMBERS, _NARROW, _REFERENCES, _SUBJECTS, _COPY):
        op.execute(statement)
    for statement in (_REST_OF_THE_INDEX, _REST_OF_THE_OPENINGS, *_PUT_BACK, *_INDEXES):
        op.execute(statement)
    for table in ("log_entries", "log_unit_sets"):
        _secure(table, app, log)
    op.execute(f"grant select (key_id, number) on subject_keys to {log}")


def _secure(table: str, app: str, log: str) -> None:
    for name, events, level in (("append_only", "update or delete", "row"), ("never_emptied", "truncate", "statement")):
        op.execute(
            f"create trigger {name} before {events} on {table} for each {level} execute function refuse_change()"
        )
    op.execute(f"grant select, insert on {table} to {log}")
    op.execute(f"grant select on {table} to {app}")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy the_sequencer_appends on {table} to {log} using (true) with check (true)")
    op.execute(
        f"create policy auditors_read on {table} for select to {app} "
        "using ((select current_setting('lotsa.role', true)) = 'auditor')"
    )
    op.execute(f"create policy the_owner_mends on {table} to current_user using (true) with check (true)")
