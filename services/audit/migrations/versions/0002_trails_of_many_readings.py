"""A referral is shown in lists thousands of times: its steps, and what was refused, are found without reading all that.

The indexes are small, since most entries are readings that were allowed. The bytes are ``"outcome":"refused"``: a leaf
is canonical JSON, in which a text cannot hold them.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_STEPS = "create index log_entries_steps on log_entries (index) where type <> 'access.recorded.v1'"
_REFUSED = """
    create index log_entries_refused on log_entries (index)
    where position('\\x226f7574636f6d65223a227265667573656422'::bytea in leaf) > 0
"""


def upgrade() -> None:
    """Make the two indexes."""
    op.execute(_STEPS)
    op.execute(_REFUSED)
