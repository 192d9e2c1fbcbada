"""The systems' door: a unit's own notices."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.notifications.web.notices.paging import page_of_notices
from services.notifications.web.notices.schemas import NoticesOut
from shared.web.api.answers import dumped, ok
from shared.web.api.openapi import Operations
from shared.web.api.paging import Paging, page
from shared.web.who import current_actor

api = Operations()


@api.get("/notices", query=Paging, answers={200: NoticesOut})
def list_notices(query: dict[str, Any]) -> Response:
    """The notices of your own unit, the newest first.

    A notice says that something waits or has happened, and where to read it; never what, or about whom.
    """
    lines, cursor = page_of_notices(current_actor(), query["limit"], query["cursor"])
    items = [
        {
            "id": line.id,
            "template": line.template,
            "link": line.link.path,
            "channel": line.channel,
            "status": line.status,
            "reason": line.reason,
            "attempts": line.attempts,
            "queued_at": line.queued_at,
            "settled_at": line.settled_at,
        }
        for line in lines
    ]
    return ok(dumped(NoticesOut, page(items, cursor)))
