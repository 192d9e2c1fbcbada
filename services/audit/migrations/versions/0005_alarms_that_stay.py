"""Alarms that stay until their reason is gone or a reviewer closes them, and the verification that goes on by itself.

``announcements``: a height ripens whatever is announced meanwhile. ``alarms``: which place a finding is about, why it
was closed, and what has been told of it. ``verification``: one row, sealed: how far the verification has come.
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrating import role

revision = "0005"
down_revision = "0004"

_STEPS = """
alter table announcements add column settled bigint not null default 0, add column candidate bigint,
    add column candidate_at timestamptz;
update announcements set candidate = highest, candidate_at = heard_at;
alter table announcements alter column candidate set not null, alter column candidate_at set not null;
alter table alarms add column place text not null default '', add column reason text,
    add column opening_told_at timestamptz, add column closing_told_at timestamptz;
update alarms set opening_told_at = closed_at, closing_told_at = closed_at where closed_at is not null;
drop index alarms_open;
create unique index alarms_open on alarms (kind, source, first, last, place) where closed_at is null;
create index alarms_accepted on alarms (kind) where reason is not null;
create index alarms_untold on alarms (noticed_at)
    where opening_told_at is null or (closed_at is not null and closing_told_at is null);
create table verification (one boolean primary key default true check (one), sealed bytea, asked_at timestamptz);
insert into verification default values
"""


def upgrade() -> None:
    """Add the columns and the table, and give the application's role what it needs and no more."""
    for statement in _STEPS.split(";"):
        op.execute(statement)
    op.execute(f"grant select, update on verification to {role('app')}")
