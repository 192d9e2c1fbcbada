"""What notifications tells about its notices: never what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class _NoticeStep(Contract):
    publisher: ClassVar[str] = "notifications"

    notice_id: UUID
    template: str
    unit_id: UUID
    channel: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeQueued(_NoticeStep):
    """A notice was written for a unit and waits to be sent. Said until 0.1; nobody says it any more."""

    event_type: ClassVar[str] = "notice.queued.v1"


@dataclass(frozen=True, kw_only=True)
class NoticeSent(_NoticeStep):
    """A notice was handed over to the channel's next hop."""

    event_type: ClassVar[str] = "notice.sent.v1"


@dataclass(frozen=True, kw_only=True)
class NoticeFailed(_NoticeStep):
    """A notice could not be delivered and will not be tried again. ``reason`` is a code."""

    event_type: ClassVar[str] = "notice.failed.v1"

    reason: str
