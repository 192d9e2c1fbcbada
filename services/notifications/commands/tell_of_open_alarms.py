"""While the audit log has open alarms, its reviewers and those who run the system are told: that there is one, no more.

One letter to each function address, however many alarms there are; again each day for as long as one is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.alarms import OPERATORS, is_due
from services.notifications.domain.notice import LogLink, Notice, Status, Template, id_of
from services.notifications.domain.ports import NewNotice, Transaction
from shared.kernel.identity import UnitId


@dataclass(frozen=True, kw_only=True)
class TellOfOpenAlarms:
    """By which channel. ``to_operators``: whether there is an address for those who run the system."""

    channel: str
    to_operators: bool


def tell_of_open_alarms(command: TellOfOpenAlarms, uow: Transaction) -> int:
    """Queue what is due; how many letters."""
    now = uow.clock.now()
    standing = uow.alarms.standing()
    if standing is None or not is_due(standing, now):
        return 0
    units = [*uow.alarms.reviewing_units(now), *([OPERATORS] if command.to_operators else [])]
    if not units:
        # nobody was told: whoever comes to review is, at once
        return 0
    notices = [_notice(unit, standing.about, command.channel, uow) for unit in units]
    written = uow.notices.add(notices)
    uow.alarms.told(now)
    return len(written)


def _notice(unit: UnitId, alarm_id: UUID, channel: str, uow: Transaction) -> NewNotice:
    notice = Notice(Template.LOG_ALARM, LogLink(alarm_id))
    return NewNotice(
        # the clock asks, each time anew: each day's letter is one of its own
        id=id_of(notice, unit, uow.correlation_id),
        notice=notice,
        unit_id=unit,
        channel=channel,
        status=Status.QUEUED,
        reason=None,
        created_at=uow.clock.now(),
    )
