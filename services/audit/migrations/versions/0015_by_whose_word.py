"""What is given up or excused only grows; an entry without a number is audit's own; tallies are forgotten in the end.

The log's restores are found by an index of their own, which holds next to nothing.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import refuse
from shared.storage.migrations import role

revision = "0015"
down_revision = "0014"

_GIVEN_UP = "given_up, restore_id, noted_at"
_HOURS = "restore_id, publisher, first, last"
# those that wait already were let in by an earlier version
_NUMBERED = """
    alter table pending_entries add constraint numbered_but_for_audits_own
        check (sequence is not null or source ~ '^/lotsa/[^/]+/audit$') not valid
"""
_KEPT = "old.hour > clock_timestamp() - interval '29 days' or old.compared_at is null or old.differs <> '{}'"
_RESTORES = "create index log_restores on log_entries (index) where type = 'service.restored.v1'"


def upgrade() -> None:
    """Grant anew, column by column, and let triggers say the same to the owner."""
    app = role("app")
    op.execute(f"revoke insert, update on given_up_sequences, restored_hours from {app}")
    op.execute(f"grant insert (source, {_GIVEN_UP}), update ({_GIVEN_UP}) on given_up_sequences to {app}")
    op.execute(f"grant insert ({_HOURS}) on restored_hours to {app}")
    refuse(op, "given_up_sequences", "given_up_for_good", "before update", "what was given up stays given up",
           "not new.given_up @> old.given_up or new.source <> old.source")  # fmt: skip
    refuse(op, "given_up_sequences", "never_forgotten", "before delete", "what was given up stays given up")
    refuse(op, "restored_hours", "never_changed", "before update or delete", "what was excused stays as it was said")
    op.execute(_NUMBERED)
    op.execute(f"grant delete on tallies to {app}")
    refuse(op, "tallies", "compared_before_forgotten", "before delete", "it is kept while it may be compared", _KEPT)
    op.execute(_RESTORES)
