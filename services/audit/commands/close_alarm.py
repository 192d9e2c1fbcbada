"""A reviewer closes an alarm, and says why: a code, since the log holds no free text.

What happened stays in the table, with when it was closed and for which reason; who closed it is an entry of the log. A
gap that was closed is not opened again for the same numbers. While the sequencer still refuses to sign, it raises its
alarm again; what only mending ends (the log stands still, the verification is late) cannot be closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.audit.domain.alarms import NOT_BY_HAND, REASONS
from services.audit.domain.own_access import attempt, look
from services.audit.domain.ports import Work
from shared.access.record import record_access, refuse
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class CloseAlarm:
    """Which, and for which of REASONS. Raises ValueError for another reason."""

    alarm_id: UUID
    reason: str

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise ValueError("not one of the reasons for closing an alarm")


def close_alarm(command: CloseAlarm, actor: Actor, uow: Work) -> None:
    """Close it, and record who did; again changes nothing more.

    Raises TrailIsUnknown (recorded) for one that no person can close, or none.
    """
    if not uow.alarms.close(command.alarm_id, NOT_BY_HAND, command.reason, uow.clock.now()):
        refuse(attempt("change", "alarm", [command.alarm_id]), actor, uow)
    record_access(look("change", "alarm", [command.alarm_id], rule=f"reviewers-close-{command.reason}"), actor, uow)
