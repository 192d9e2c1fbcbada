"""Alarms that stay until their reason is gone or a reviewer closes them, and the verification that goes on by itself.

``announcements``: a height ripens whatever is announced meanwhile. ``alarms``: which place a finding is about, why it
was closed, and what has been told of it. ``verification``: one row, sealed: how far the verification has come.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import refuse
from shared.storage.migrations import role

revision = "0009"
down_revision = "0008"

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
    app = role("app")
    for statement in _STEPS.split(";"):
        op.execute(statement)
    op.execute(f"grant select, update (sealed, asked_at) on verification to {app}")
    op.execute(f"grant update (settled, candidate, candidate_at) on announcements to {app}")
    fewer = "new.settled < old.settled or new.candidate < old.candidate or new.candidate_at < old.candidate_at"
    refuse(op, "announcements", "heights_ripen", "before update", "heights only grow", fewer)
    op.execute(
        f"grant insert (place), update (first, last, reason, opening_told_at, closing_told_at) on alarms to {app}"
    )
    refuse(op, "alarms", "closed_for_a_reason", "before update", "an alarm is closed for one reason",
           "old.reason is not null and new.reason is distinct from old.reason")  # fmt: skip
