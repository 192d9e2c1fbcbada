"""The first contact is kept as a moment, and is the next deadline until it is made; what is sealed is not late.

Where nobody is to reach out, no first contact is promised: ``first_contact_by`` may be empty. For referrals that were
sent before, the date stays as it was given: whether to reach out is sealed, and not for a migration to read.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE referrals ADD COLUMN first_contact_at timestamptz, ALTER COLUMN first_contact_by DROP NOT NULL
"""
# row-level security is forced: without this no row would be there to change
AS_THE_SERVICE = "SELECT set_config('lotsa.actor', 'system', true)"
WITHDRAWN = """
UPDATE referrals SET deadline_kind = 'acknowledge-withdrawal', deadline_at = consents.withdrawn_at
FROM consents
WHERE consents.referral_id = referrals.id AND referrals.closed_at IS NULL AND consents.about = 'carer'
    AND 'share-with-receiving-unit' = ANY (consents.withdrawn_scopes)
"""
ACCEPTED = """
UPDATE referrals SET deadline_kind = 'first-contact', deadline_at = first_contact_by
WHERE closed_at IS NULL AND deadline_kind = 'answer'
"""


def upgrade() -> None:
    """Add the moment, and give every open referral the deadline that it has from now on."""
    for statement in (COLUMNS, AS_THE_SERVICE, WITHDRAWN, ACCEPTED):
        op.execute(statement)


def downgrade() -> None:
    """Moments would be lost."""
    raise NotImplementedError("restore a backup instead")
