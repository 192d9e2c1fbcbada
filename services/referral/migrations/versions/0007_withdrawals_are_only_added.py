"""A withdrawal can only be added, and an access record too; the application's role changes nothing else of a consent.

What was sealed by a withdrawal stays sealed. The triggers are a second net, for whoever has the owner's rights.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from shared.messaging.guards import guard_inbox, guard_outbox, refuse
from shared.storage.migrations import role

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WITHDRAWAL = (
    "withdrawn_scopes, withdrawn_at, withdrawn_issuer, withdrawn_subject, withdrawn_assignment_id, withdrawn_unit_id"
)
ADDED = """
    not new.withdrawn_scopes @> old.withdrawn_scopes
    or new.withdrawn_scopes <@ old.withdrawn_scopes and (
        new.withdrawn_at, new.withdrawn_issuer, new.withdrawn_subject, new.withdrawn_assignment_id,
        new.withdrawn_unit_id) is distinct from (
        old.withdrawn_at, old.withdrawn_issuer, old.withdrawn_subject, old.withdrawn_assignment_id,
        old.withdrawn_unit_id)
    or new.withdrawn_at < old.withdrawn_at
    or old.blocked_at is not null and new.blocked_at is null
"""


def upgrade() -> None:
    """Grant by column, and refuse the rest by trigger."""
    app = role("app")
    guard_outbox(op, app)
    guard_inbox(op, app)
    op.execute(f"REVOKE UPDATE ON consents FROM {app}")
    op.execute(f"GRANT UPDATE ({WITHDRAWAL}) ON consents TO {app}")
    refuse(op, "consents", "withdrawals_are_only_added", "before update", "a withdrawal is only added", ADDED)
    refuse(op, "referrals", "sealed_stays_sealed", "before update of sealed_parts", "what was sealed stays sealed",
           "not new.sealed_parts @> old.sealed_parts")  # fmt: skip
    refuse(op, "data_keys", "sealed_stays_sealed", "before update of sealed_at", "what was sealed stays sealed",
           "old.sealed_at is not null and new.sealed_at is null")  # fmt: skip
    refuse(op, "access_records", "append_only", "before update or delete", "who looked is never forgotten")
    for table in ("consents", "access_records"):
        refuse(op, table, "never_emptied", "before truncate", "it is never emptied")
    refuse(op, "consents", "never_removed", "before delete", "a consent is never removed")


def downgrade() -> None:
    """Rights are not given back."""
    raise NotImplementedError("restore a backup instead")
