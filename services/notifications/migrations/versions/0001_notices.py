"""Notices, what may be told, the demonstration's mailbox, and the tables that every service has.

Revision ID: 0001
Revises:
"""

from alembic import op

from shared.messaging.inbox import create_inbox
from shared.messaging.publish.outbox import create_outbox
from shared.storage.migrations import role
from shared.storage.staff import DDL, TABLES

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NOTICES = """
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    template text NOT NULL,
    referral_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    channel text NOT NULL,
    cause_event_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('held', 'queued', 'sent', 'failed', 'suppressed')),
    reason text,
    urgency smallint NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    settled_at timestamptz,
    CONSTRAINT one_notice_for_one_event UNIQUE (template, unit_id, cause_event_id),
    CONSTRAINT one_notice_for_one_request UNIQUE (referral_id, correlation_id, unit_id, template),
    CHECK ((status IN ('failed', 'suppressed')) = (reason IS NOT NULL)),
    CHECK ((status IN ('held', 'queued')) = (settled_at IS NULL))
);
CREATE INDEX notices_due ON notices (urgency, due_at) WHERE status = 'queued';
CREATE INDEX notices_of_unit ON notices (unit_id, created_at DESC, notice_id DESC);
CREATE TABLE telling (referral_id uuid PRIMARY KEY, tells_referrer boolean NOT NULL);
CREATE TABLE demo_mailbox (
    notice_id uuid PRIMARY KEY, address text NOT NULL, raw bytea NOT NULL, kept_at timestamptz NOT NULL
);
CREATE INDEX demo_mailbox_newest ON demo_mailbox (kept_at DESC)
"""

# a setting that is not there reads as NULL, and NULL lets nobody in
POLICIES = """
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY own_unit ON notices FOR SELECT
    USING (unit_id = nullif(current_setting('lotsa.unit_id', true), '')::uuid);
CREATE POLICY the_service ON notices
    USING (current_setting('lotsa.service', true) = 'notifications')
    WITH CHECK (current_setting('lotsa.service', true) = 'notifications');
ALTER TABLE telling ENABLE ROW LEVEL SECURITY;
ALTER TABLE telling FORCE ROW LEVEL SECURITY;
CREATE POLICY the_service ON telling
    USING (current_setting('lotsa.service', true) = 'notifications')
    WITH CHECK (current_setting('lotsa.service', true) = 'notifications');
ALTER TABLE demo_mailbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE demo_mailbox FORCE ROW LEVEL SECURITY;
CREATE POLICY the_inbox_page ON demo_mailbox FOR SELECT
    USING (current_setting('lotsa.demo_inbox', true) = 'on');
CREATE POLICY the_service ON demo_mailbox
    USING (current_setting('lotsa.service', true) = 'notifications')
    WITH CHECK (current_setting('lotsa.service', true) = 'notifications')
"""


def upgrade() -> None:
    """Make everything, and give the application's role what it needs and no more."""
    for part in (NOTICES, POLICIES, DDL):
        for statement in part.split(";"):
            if statement.strip():
                op.execute(statement)
    create_outbox(op)
    create_inbox(op)
    app = role("app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON notices, telling, publisher TO {app}")
    op.execute(f"GRANT SELECT, INSERT ON demo_mailbox TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, inbox, {', '.join(TABLES)} TO {app}")


def downgrade() -> None:
    """The first migration has nothing to go back to."""
    raise NotImplementedError("restore a backup instead")
