"""What audit tells about its log: that an alarm is open, or no longer is. Kinds and ids, never what stands there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class AlarmOpened(Contract):
    """Something about the log is wrong and stands open. ``kind`` is a code; ``noticed_at``: when it was found."""

    event_type: ClassVar[str] = "alarm.opened.v1"
    publisher: ClassVar[str] = "audit"

    alarm_id: UUID
    kind: str
    noticed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AlarmClosed(Contract):
    """It is no longer open. ``reason``: the code that a reviewer gave; None when it ended with its cause."""

    event_type: ClassVar[str] = "alarm.closed.v1"
    publisher: ClassVar[str] = "audit"

    alarm_id: UUID
    kind: str
    closed_at: datetime
    reason: str | None = None
