"""What the application's role may do to the tables of the bus: what its work needs, column by column, and no more.

For migrations (``op``: ``alembic.op``; ``app``: the role, quoted for SQL). Triggers say the same to the tables' owner,
who can take them off: that is then a deed, not a slip. Frozen: version 1.
"""

from __future__ import annotations

from typing import Any

_REFUSE = """
create or replace function refuse_what_no_work_needs() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: %', tg_op, tg_table_name, tg_argv[0] using errcode = '42501';
end $$
"""
_WRITTEN = "id, event_type, data, occurred_at, correlation_id, causation_id, traceparent, history"


def refuse(op: Any, table: str, name: str, when: str, why: str, condition: str = "") -> None:
    """A trigger that refuses: ``when`` is "before update", ``condition`` an SQL condition on OLD and NEW."""
    op.execute(_REFUSE)
    each = "statement" if "truncate" in when else "row"
    which = f"when ({condition}) " if condition else ""
    op.execute(
        f"create trigger {name} {when} on {table} for each {each} {which}"
        f"execute function refuse_what_no_work_needs('{why}')"
    )


def guard_outbox(op: Any, app: str) -> None:
    """An event is written once, numbered, sent, and only then forgotten; numbers only grow within an epoch."""
    op.execute(f"revoke all on outbox, publisher from {app}")
    op.execute(f"grant select, delete, insert ({_WRITTEN}), update (epoch, sequence, sent_at) on outbox to {app}")
    op.execute(f"grant select, update (epoch, held_at, last_sequence) on publisher to {app}")
    op.execute("alter table outbox add constraint sent_under_a_number check (sent_at is null or sequence is not null)")
    refuse(op, "outbox", "told_before_forgotten", "before delete", "it has not been sent", "old.sent_at is null")
    fewer = "new.epoch = old.epoch and new.last_sequence < old.last_sequence"
    refuse(op, "publisher", "numbers_only_grow", "before update", "numbers only grow within an epoch", fewer)


def guard_inbox(op: Any, app: str) -> None:
    """What has been carried out is noted with its own time, and forgotten after a month, not before."""
    op.execute(f"revoke all on inbox from {app}")
    op.execute(f"grant select, delete, insert (queue, event_id) on inbox to {app}")
    young = "old.received_at > clock_timestamp() - interval '29 days'"
    refuse(op, "inbox", "remembered_for_a_month", "before delete", "it is remembered for a month", young)
