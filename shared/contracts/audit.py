"""What audit tells about its log: its alarms, by kind and id and never what stands there; and that its key changed."""

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


@dataclass(frozen=True, kw_only=True)
class LogKeyChanged(Contract):
    """The log is signed by another key from some checkpoint after this on: by which operator it was changed.

    ``key``: the new public key, ``before``: the one until then, as C2SP verifier keys (c2sp.org/signed-note). Its entry
    is signed by the one before, which so vouches for the new one.
    """

    event_type: ClassVar[str] = "log-key.changed.v1"
    publisher: ClassVar[str] = "audit"

    key: str
    before: str
    issuer: str
    subject: str
    occurred_at: datetime
