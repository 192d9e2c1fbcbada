"""Swedish Sign Language has its own tag in listings: swl, which the registry of languages prefers to sgn-SE.

What is written now is always swl; what says sgn-SE is understood, but no longer kept.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"

# a listing that had both has it once, where it stood first
_RENAME = """
update support_services set languages = array(
    select language from unnest(array_replace(languages, 'sgn-SE', 'swl')) with ordinality as told (language, place)
    group by language order by min(place)
) where 'sgn-SE' = any(languages)
"""


def upgrade() -> None:
    """Put the one tag in the other's place, whatever the row-level policies say; they are forced again afterwards."""
    op.execute("alter table support_services no force row level security")
    op.execute(_RENAME)
    op.execute("alter table support_services force row level security")
