"""Where a page of notices ends and the next begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.notifications.views.notices import NoticeLine, Place, notices_of_unit
from services.notifications.web.page import reading
from shared.kernel.actor import Actor
from shared.web.api.answers import page_cursor, read_cursor

PURPOSE = "notices"


def page_of_notices(actor: Actor, limit: int, cursor: str | None) -> tuple[list[NoticeLine], str | None]:
    """A page of the actor's unit's notices, and the cursor to the next. Raises MalformedCursor for a foreign one."""
    before = _place(read_cursor(PURPOSE, cursor))
    with reading(actor) as uow:
        lines = notices_of_unit(uow.connection, actor.unit_id, limit=limit + 1, before=before)
    shown = lines[:limit]
    more = len(lines) > limit
    return shown, page_cursor(PURPOSE, [shown[-1].queued_at.isoformat(), str(shown[-1].id)]) if more else None


def _place(values: list[str] | None) -> Place | None:
    return None if values is None else (datetime.fromisoformat(values[0]), UUID(values[1]))
