"""The words that were read out are kept with the consent: sealed, and in the clear the SHA-256 they are known by.

What was recorded before has neither, and gets none: the key is not at hand here, and what is put together afterwards of
version, language and recipient is no more than these. It is put together when it is looked at, and said to be
(docs/decisions/0036-the-words-are-kept.md).

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """New columns, empty in what was there. The application's role may not change them afterwards (0007)."""
    op.execute(
        """
        ALTER TABLE consents
            ADD COLUMN words bytea,
            ADD COLUMN words_sha256 bytea,
            ADD CONSTRAINT words_and_what_they_are_known_by
                CHECK (words IS NULL AND words_sha256 IS NULL OR octet_length(words_sha256) = 32)
        """
    )


def downgrade() -> None:
    """The words are not forgotten."""
    raise NotImplementedError("restore a backup instead")
