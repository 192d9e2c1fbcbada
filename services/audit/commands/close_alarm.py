"""A reviewer closes an alarm, and says why: a code, since the log holds no free text.

What happened stays in the table, with when it was closed and for which reason; who closed it is an entry of the log. A
gap that was closed is not opened again for the same numbers. While the sequencer still refuses to sign, it raises its
alarm again; what only mending ends (the log stands still, the verification is late) cannot be closed.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.audit.domain.alarms import NOT_BY_HAND, REASONS
from services.audit.domain.ports import Alarms
from shared.kernel.clock import Clock


class Closing(Protocol):
    """The unit of work that this needs."""

    clock: Clock

    @property
    def alarms(self) -> Alarms: ...


def close_alarm(uow: Closing, alarm_id: UUID, reason: str) -> bool:
    """Close it for one of REASONS; again changes nothing. False when there is no such alarm that a person may close.

    Raises ValueError for another reason.
    """
    if reason not in REASONS:
        raise ValueError("not one of the reasons for closing an alarm")
    return uow.alarms.close(alarm_id, NOT_BY_HAND, reason, uow.clock.now())
