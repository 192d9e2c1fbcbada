"""The roles may do with queue, heights and alarms what their work needs, column by column; heights only grow.

What waits for the log leaves the queue for the log, and for nowhere else: looked at when the transaction ends.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import guard_inbox, guard_outbox, refuse
from shared.storage.migrations import role

revision = "0006"
down_revision = "0005"

_HAPPENED = "event_id, source, sequence, members, openings, about, units"
_NOTICED = "alarm_id, kind, source, first, last, noticed_at, explained"
_LEAVES_FOR_THE_LOG = (
    """
    create function leaves_for_the_log() returns trigger language plpgsql as $$
    begin
        if not exists (select 1 from log_entries where event_id = old.event_id) then
            raise exception 'what waits leaves the queue for the log only' using errcode = '42501';
        end if;
        return null;
    end $$
    """,
    """
    create constraint trigger leaves_for_the_log after delete on pending_entries
        deferrable initially deferred for each row execute function leaves_for_the_log()
    """,
)


def upgrade() -> None:
    """Grant anew, and let triggers say the same to the owner."""
    app, log = role("app"), role("log")
    guard_outbox(op, app)
    guard_inbox(op, app)
    op.execute(f"revoke insert on pending_entries from {app}")
    op.execute(f"grant insert ({_HAPPENED}) on pending_entries to {app}")
    for statement in _LEAVES_FOR_THE_LOG:
        op.execute(statement)
    refuse(op, "pending_entries", "as_it_was_heard", "before update of event_id, source, sequence, members, openings, "
           "about, units", "what waits is as it was heard")  # fmt: skip
    op.execute(f"revoke update on heard_sequences from {log}")
    op.execute(f"grant update (heard) on heard_sequences to {log}")
    refuse(op, "heard_sequences", "heard_is_heard", "before update", "what was heard was heard",
           "not new.heard @> old.heard")  # fmt: skip
    op.execute(f"revoke insert, update on announcements, alarms from {app}")
    op.execute(f"grant insert, update (highest, heard_at) on announcements to {app}")
    refuse(op, "announcements", "heights_only_grow", "before update", "heights only grow",
           "new.highest < old.highest or new.heard_at < old.heard_at")  # fmt: skip
    op.execute(f"grant insert ({_NOTICED}), update (closed_at, explained) on alarms to {app}")
    refuse(op, "alarms", "closed_once", "before update", "an alarm is closed once",
           "old.closed_at is not null and new.closed_at is distinct from old.closed_at")  # fmt: skip
