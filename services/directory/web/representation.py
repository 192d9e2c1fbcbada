"""What systems get of a support service and an activity, whoever asks and however."""

from __future__ import annotations

from typing import Any

from services.directory.domain.support_service import SupportService
from services.directory.web import listing_schemas
from shared.web.api.answers import dumped


def service_out(service: SupportService) -> Any:
    """A support service as systems get it."""
    return dumped(listing_schemas.ServiceOut, {**service.listing.__dict__, **service.__dict__})


def activity_members(activity: Any) -> dict[str, Any]:
    """An activity's own members and its session's, side by side."""
    return {**activity.session.__dict__, **activity.__dict__}
