"""What the others hear of a notice: that it was sent, or given up for a reason that somebody should see to."""

from __future__ import annotations

from typing import Any

from services.notifications.domain import events as happened
from shared.contracts import notifications as contracts
from shared.contracts.contract import Contract


def published(event: happened.NoticeEvent) -> Contract | None:
    """What the others hear of an event, or None: silence."""
    same: dict[str, Any] = {
        "notice_id": event.notice_id,
        "template": event.template.value,
        "unit_id": event.unit_id,
        "channel": event.channel,
        "occurred_at": event.occurred_at,
    }
    match event:
        case happened.NoticeSent():
            return contracts.NoticeSent(**same)
        case happened.NoticeGivenUp(reason=reason):
            return contracts.NoticeFailed(**same, reason=reason.value)
        case _:
            return None
