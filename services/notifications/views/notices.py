"""A unit's notices that it may know of, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.notifications.adapters.notices import link_of
from services.notifications.domain.notice import Link, LogLink
from shared.kernel.identity import NoticeId, UnitId

# The row policies show no other rows either; this is the first net, they are the second. What the carer has not let
# the referrer know is not there: a line that says that something may not be told has told it.
NEWEST_FIRST = text("""
    SELECT notice_id, template, referral_id, channel, status, reason, attempts, created_at, settled_at FROM notices
    WHERE unit_id = :unit_id AND status <> 'held' AND reason IS DISTINCT FROM 'not-to-be-told'
      AND (CAST(:before_at AS timestamptz) IS NULL OR (created_at, notice_id) < (:before_at, CAST(:before_id AS uuid)))
    ORDER BY created_at DESC, notice_id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class NoticeLine:
    """One notice as its unit sees it."""

    id: NoticeId
    template: str
    link: Link | LogLink
    channel: str
    status: str
    reason: str | None
    attempts: int
    queued_at: datetime
    settled_at: datetime | None


Place = tuple[datetime, UUID]


def notices_of_unit(
    connection: Connection, unit_id: UnitId, *, limit: int, before: Place | None = None
) -> list[NoticeLine]:
    """At most `limit` notices that are older than `before` (a line's `queued_at` and `id`)."""
    values = {
        "unit_id": unit_id,
        "limit": limit,
        "before_at": before[0] if before else None,
        "before_id": before[1] if before else None,
    }
    rows = connection.execute(NEWEST_FIRST, values).mappings().all()
    return [
        NoticeLine(
            id=NoticeId(row["notice_id"]),
            template=row["template"],
            link=link_of(row["template"], row["referral_id"]),
            channel=row["channel"],
            status=row["status"],
            reason=row["reason"],
            attempts=row["attempts"],
            queued_at=row["created_at"],
            settled_at=row["settled_at"],
        )
        for row in rows
    ]
