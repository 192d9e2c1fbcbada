"""What happens to a notice, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.notice import Reason, Template
from shared.kernel.events import DomainEvent
from shared.kernel.identity import NoticeId, UnitId


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(DomainEvent):
    """Something that happened to one notice."""

    notice_id: NoticeId
    template: Template
    unit_id: UnitId
    channel: str


@dataclass(frozen=True, kw_only=True)
class NoticeSent(NoticeEvent):
    """The channel's next hop took it."""


@dataclass(frozen=True, kw_only=True)
class NoticeGivenUp(NoticeEvent):
    """It will not be tried again, for a reason that somebody should see to."""

    reason: Reason
