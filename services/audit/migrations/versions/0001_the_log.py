"""The log, what waits to enter it, and who may do what with either.

Two roles besides the owner. The *log* role may insert into and select from the log's tables and nothing else there; it
takes pending entries away. The *app* role may put entries into the queue and read; it cannot write to the log at all.
Append-only triggers are the second net, for whoever has the owner's rights.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.inbox import create_inbox
from shared.messaging.publish.outbox import create_outbox
from shared.storage.migrations import role
from shared.storage.staff import DDL as STAFF

revision = "0001"
down_revision = None

LOG_TABLES = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings", "log_keys")

_PENDING = """
create table pending_entries (
    position bigint generated always as identity primary key,
    event_id uuid not null,
    source text not null,
    sequence bigint,
    members text not null,
    openings text not null,
    about uuid[] not null,
    units uuid[] not null,
    received_at timestamptz not null default clock_timestamp()
);
create table opening_keys (
    key_id uuid primary key, period text not null unique, wrapped bytea not null,
    made_at timestamptz not null default clock_timestamp()
);
"""

_LOG = """
create table log_entries (
    index bigint primary key check (index >= 0),
    event_id uuid not null unique,
    type text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    units uuid[] not null,
    leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
    leaf bytea not null check (octet_length(leaf) between 2 and 65535)
);
create index log_entries_consents on log_entries (index) where type = 'consent.given.v1';
create index log_entries_referrals on log_entries (index) where type = 'referral.sent.v1';
create table log_about (
    subject_id uuid not null, entry_index bigint not null, primary key (subject_id, entry_index)
);
create table log_nodes (
    level smallint not null check (level >= 1), index bigint not null check (index >= 0),
    hash bytea not null check (octet_length(hash) = 32), primary key (level, index)
);
create table log_checkpoints (
    size bigint primary key check (size >= 1), root bytea not null check (octet_length(root) = 32),
    note text not null, signed_at timestamptz not null
);
create table log_openings (
    entry_index bigint not null, name text not null, event_id uuid not null, sealed bytea not null,
    primary key (entry_index, name)
);
create table log_keys (vkey text primary key, since timestamptz not null default clock_timestamp());
"""

_RECONCILING = """
create table heard_sequences (source text primary key, heard int8multirange not null);
create table announcements (
    source text primary key, highest bigint not null, heard_at timestamptz not null
);
create table alarms (
    alarm_id uuid primary key, kind text not null, source text not null,
    first bigint not null, last bigint not null, event_id uuid,
    noticed_at timestamptz not null, closed_at timestamptz, explained boolean not null default false
);
create unique index alarms_open on alarms (kind, source, first, last) where closed_at is null;
"""

_APPEND_ONLY = """create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is append-only: % on % is refused', tg_op, tg_table_name using errcode = '42501';
end $$
"""


def upgrade() -> None:
    """Make everything, from the first entry on."""
    app, log = role("app"), role("log")
    op.execute(f"grant usage on schema public to {app}, {log}")
    create_outbox(op)
    create_inbox(op)
    for script in (STAFF, _PENDING, _LOG, _RECONCILING):
        for statement in script.split(";"):
            if statement.strip():
                op.execute(statement)
    op.execute(_APPEND_ONLY)
    for table in LOG_TABLES:
        op.execute(
            f"create trigger append_only before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger never_emptied before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
    _grant(app, log)
    _secure(app, log)


def _grant(app: str, log: str) -> None:
    op.execute(f"grant select, insert on {', '.join(LOG_TABLES)} to {log}")
    op.execute(f"grant select on {', '.join(LOG_TABLES)} to {app}")
    op.execute(f"grant select, delete on pending_entries to {log}")
    op.execute(f"grant select, insert on pending_entries, opening_keys to {app}")
    op.execute(f"grant select, insert, update on heard_sequences to {log}")
    op.execute(f"grant select on heard_sequences to {app}")
    op.execute(f"grant insert on alarms to {log}")
    op.execute(f"grant select, insert, update on announcements, alarms to {app}")
    op.execute(f"grant select, insert, update, delete on outbox, publisher, inbox to {app}")
    op.execute(f"grant select, insert, update on known_units, known_assignments to {app}")
    op.execute(f"grant select, insert, update, delete on ended_sessions to {app}")


def _secure(app: str, log: str) -> None:
    # what the log says is for auditors; the application sees it only while it serves one
    for table in ("log_entries", "log_about", "log_openings"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy the_sequencer_appends on {table} to {log} using (true) with check (true)")
        op.execute(
            f"create policy auditors_read on {table} for select to {app} "
            "using (current_setting('lotsa.role', true) = 'auditor')"
        )
