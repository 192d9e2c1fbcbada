"""What the others hear of a notice: that it was sent, or given up for a reason that somebody should see to."""

from __future__ import annotations

from typing import Any

from services.notifications.domain.events import NoticeEvent, NoticeWasGivenUp, NoticeWasSent
from shared.contracts.contract import Contract
from shared.contracts.notifications import NoticeFailed, NoticeSent


def published(*events: NoticeEvent) -> list[Contract]:
    """The public contracts for these events, in their order."""
    return [contract for event in events if (contract := _translate(event)) is not None]


def _translate(event: NoticeEvent) -> Contract | None:
    same: dict[str, Any] = {
        "notice_id": event.notice_id,
        "template": event.template.value,
        "unit_id": event.unit_id,
        "channel": event.channel,
        "occurred_at": event.occurred_at,
    }
    match event:
        case NoticeWasSent():
            return NoticeSent(**same)
        case NoticeWasGivenUp(reason=reason):
            return NoticeFailed(**same, reason=reason.value)
        case _:
            return None
