"""Alarms are told to the others, each opening and each closing once, whoever raised it.

The event goes into the outbox with the note that it was told, in one transaction. A line of the process's own log says
the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.audit.domain.ports import Work
from shared.contracts.audit import AlarmClosed, AlarmOpened
from shared.observability.logs import logger

_log = logger("audit.alarms")


@dataclass(frozen=True)
class TellOfAlarms:
    """Of all that have not been told."""


def tell_of_alarms(command: TellOfAlarms, uow: Work) -> None:
    """Tell what has not been told. What opened and closed meanwhile is told as both."""
    for each, opening_told in uow.alarms.untold():
        about = {"alarm_id": str(each.alarm_id), "kind": each.alarm.kind, "source": each.alarm.source,
                 "first": each.alarm.first, "last": each.alarm.last, "where": each.alarm.where}  # fmt: skip
        if not opening_told:
            uow.publish(AlarmOpened(alarm_id=each.alarm_id, kind=each.alarm.kind, noticed_at=each.noticed_at))
            _log.error("an alarm is open", **about)
        if each.closed_at is not None:
            closed = AlarmClosed(
                alarm_id=each.alarm_id, kind=each.alarm.kind, closed_at=each.closed_at, reason=each.reason
            )
            uow.publish(closed)
            _log.info("an alarm is closed", reason=each.reason, **about)
        uow.alarms.told(each.alarm_id, uow.clock.now(), closing=each.closed_at is not None)
