"""Whom the text that was read out named, and a no kept apart from no answer.

What was recorded before has neither: it is not known whether a scope that was not answered yes to was answered no to,
nor in which words the recipient was named.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns, empty in what was there; a scope is answered either yes or no."""
    op.execute(
        """
        ALTER TABLE consents
            ADD COLUMN refused_scopes text[],
            ADD COLUMN named_area text,
            ADD COLUMN named_unit_id uuid,
            ADD COLUMN named_as text,
            ADD CONSTRAINT an_answer_is_yes_or_no CHECK (NOT refused_scopes && scopes),
            ADD CONSTRAINT one_recipient_was_named CHECK (named_area IS NULL OR named_unit_id IS NULL)
        """
    )


def downgrade() -> None:
    """Forget what was kept besides."""
    op.execute(
        """
        ALTER TABLE consents
            DROP CONSTRAINT an_answer_is_yes_or_no, DROP CONSTRAINT one_recipient_was_named,
            DROP COLUMN refused_scopes, DROP COLUMN named_area, DROP COLUMN named_unit_id, DROP COLUMN named_as
        """
    )
