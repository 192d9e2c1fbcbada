"""Referrals, their sealed contents and keys, consents, steps, drafts, access records, and what every service has.

Row-level security is forced on everything about people: a row is seen by the units it concerns (``lotsa.unit_id``), a
draft by its author (``lotsa.user``), and by the service's own timers and reactions (``lotsa.actor`` = system). A
setting that is not there reads as NULL or empty, and lets nobody in.

Revision ID: 0001
Revises:
"""

from alembic import op

from shared.messaging.inbox import create_inbox
from shared.messaging.publish.outbox import create_outbox
from shared.storage.migrations import role
from shared.storage.staff import DDL as STAFF
from shared.storage.staff import TABLES as STAFF_TABLES
from shared.web.api.idempotency import create_idempotency

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('requested', 'accepted', 'rejected', 'in-progress', 'on-hold', 'completed',
        'failed', 'cancelled', 'entered-in-error')),
    version integer NOT NULL CHECK (version > 0),
    priority text NOT NULL,
    referring_unit_id uuid NOT NULL,
    receiving_unit_id uuid NOT NULL,
    stand_in_unit_id uuid,
    protected_identity boolean NOT NULL,
    sent_at timestamptz NOT NULL,
    acknowledge_by timestamptz NOT NULL,
    first_contact_by timestamptz NOT NULL,
    answer_by timestamptz NOT NULL,
    opened_at timestamptz,
    accepted_at timestamptz,
    closed_at timestamptz,
    assigned_issuer text,
    assigned_subject text,
    sealed_parts text[] NOT NULL DEFAULT '{}',
    owner_unit_id uuid,
    deadline_kind text,
    deadline_at timestamptz,
    CONSTRAINT open_ones_have_one_owner_and_one_deadline CHECK (
        (closed_at IS NULL) = (owner_unit_id IS NOT NULL)
        AND (closed_at IS NULL) = (deadline_kind IS NOT NULL)
        AND (closed_at IS NULL) = (deadline_at IS NOT NULL)),
    CONSTRAINT closed_means_closed CHECK (
        (closed_at IS NOT NULL) = (state IN ('rejected', 'completed', 'failed', 'cancelled', 'entered-in-error')))
);
CREATE INDEX referrals_received ON referrals (receiving_unit_id, deadline_at, id);
CREATE INDEX referrals_stood_in_for ON referrals (stand_in_unit_id, deadline_at, id) WHERE stand_in_unit_id IS NOT NULL;
CREATE INDEX referrals_sent ON referrals (referring_unit_id, id);
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals,
    about text NOT NULL CHECK (about IN ('carer', 'person-cared-for')),
    given_by text NOT NULL,
    representative_name bytea,
    form text NOT NULL,
    recipient_unit_id uuid NOT NULL,
    stand_in_unit_id uuid,
    scopes text[] NOT NULL,
    channels text[] NOT NULL,
    text_version text NOT NULL,
    text_language text NOT NULL,
    interpreter_present boolean NOT NULL,
    given_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    recorded_issuer text NOT NULL,
    recorded_subject text NOT NULL,
    recorded_assignment_id uuid NOT NULL,
    recorded_unit_id uuid NOT NULL,
    withdrawn_scopes text[] NOT NULL DEFAULT '{}',
    withdrawn_at timestamptz,
    withdrawn_issuer text,
    withdrawn_subject text,
    withdrawn_assignment_id uuid,
    withdrawn_unit_id uuid,
    blocked_at timestamptz,
    UNIQUE (referral_id, about),
    CHECK (withdrawn_scopes <@ scopes)
);
CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals,
    part text NOT NULL CHECK (part IN ('carer', 'person-cared-for', 'follow-up')),
    wrapped bytea,
    created_at timestamptz NOT NULL,
    sealed_at timestamptz,
    destroyed_at timestamptz,
    UNIQUE (referral_id, part),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE TABLE contents (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals,
    part text NOT NULL CHECK (part IN ('carer', 'person-cared-for')),
    body bytea NOT NULL,
    identity_index bytea,
    UNIQUE (referral_id, part)
);
CREATE INDEX contents_by_identity ON contents (identity_index) WHERE identity_index IS NOT NULL;
CREATE TABLE steps (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals,
    version integer NOT NULL,
    action text NOT NULL,
    after text NOT NULL,
    at timestamptz NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    assignment_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    reason text NOT NULL DEFAULT '',
    comment bytea,
    unmet_needs text[] NOT NULL DEFAULT '{}',
    UNIQUE (referral_id, version)
);
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    author text NOT NULL,
    unit_id uuid NOT NULL,
    version integer NOT NULL,
    key_id uuid NOT NULL,
    wrapped_key bytea NOT NULL,
    answers bytea NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX drafts_of_author ON drafts (author, updated_at);
CREATE INDEX drafts_expiring ON drafts (expires_at);
CREATE TABLE access_records (
    access_id uuid PRIMARY KEY,
    action text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('allowed', 'refused')),
    rule text NOT NULL,
    purpose text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    assignment_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    role text NOT NULL,
    record_kind text NOT NULL,
    subjects uuid[] NOT NULL,
    consents uuid[] NOT NULL,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX access_records_by_subject ON access_records USING gin (subjects);
CREATE TABLE routing_sets (
    municipality_code text PRIMARY KEY,
    version integer NOT NULL,
    default_unit_id uuid NOT NULL,
    rules jsonb NOT NULL
)
"""

_UNIT = "nullif(current_setting('lotsa.unit_id', true), '')::uuid"
_SYSTEM = "current_setting('lotsa.actor', true) = 'system'"
_OURS = f"{_SYSTEM} OR {_UNIT} IN (referring_unit_id, receiving_unit_id, stand_in_unit_id)"
# the look into referrals is itself under its policy, so a child row is seen exactly when its referral is
_OF_OURS = "EXISTS (SELECT 1 FROM referrals WHERE referrals.id = referral_id)"
_AUTHOR = "author = nullif(current_setting('lotsa.user', true), '')"

POLICIES = {
    "referrals": _OURS,
    "consents": _OF_OURS,
    "data_keys": _OF_OURS,
    "contents": _OF_OURS,
    "steps": _OF_OURS,
    "drafts": f"{_SYSTEM} OR ({_AUTHOR} AND unit_id = {_UNIT})",
    "access_records": f"{_SYSTEM} OR unit_id = {_UNIT}",
}


def upgrade() -> None:
    """Make everything, and give the application's role what it needs and no more."""
    for part in (TABLES, STAFF):
        for statement in part.split(";"):
            if statement.strip():
                op.execute(statement)
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY concerned ON {table} USING ({condition}) WITH CHECK ({condition})")
    create_outbox(op)
    create_inbox(op)
    create_idempotency(op)
    app = role("app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON referrals, consents, data_keys, routing_sets, publisher TO {app}")
    # what was said and done is never changed, and who looked is never forgotten here
    op.execute(f"GRANT SELECT, INSERT ON contents, steps, access_records TO {app}")
    whole = ", ".join(("drafts", "outbox", "inbox", "idempotency", *STAFF_TABLES))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {whole} TO {app}")


def downgrade() -> None:
    """The first migration has nothing to go back to."""
    raise NotImplementedError("restore a backup instead")
