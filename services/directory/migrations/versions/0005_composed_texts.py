"""Names and texts that were pasted with their letters apart are put together, so that a search finds them."""

from alembic import op

from shared.storage.normal_form import compose

revision = "0005"
down_revision = "0004"

_COLUMNS = {
    "organizations": ("name", "description"),
    "locations": ("name", "address", "city", "accessibility"),
    "support_services": ("name", "summary", "description", "eligibility", "cost", "phone"),
    "activities": ("title", "description", "place", "sign_up", "cost"),
    "units": ("name", "phone"),
    "routing_rules": ("reason_sv",),
}


def upgrade() -> None:
    """Compose the texts; the search column follows by itself."""
    compose(op, _COLUMNS)
