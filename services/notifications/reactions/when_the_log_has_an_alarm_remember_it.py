"""The audit log has an alarm, or no longer: kept until somebody is told (commands/tell_of_open_alarms.py)."""

from __future__ import annotations

from services.notifications.domain.ports import Transaction
from shared.contracts.audit import AlarmClosed, AlarmOpened


def when_the_log_has_an_alarm_remember_it(event: AlarmOpened | AlarmClosed, uow: Transaction) -> None:
    """Note the opening or the closing, in whichever order they come."""
    if isinstance(event, AlarmOpened):
        uow.alarms.opened(event.alarm_id, event.noticed_at)
    else:
        uow.alarms.closed(event.alarm_id, event.closed_at)
