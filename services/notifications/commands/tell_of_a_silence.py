"""While the services do not reach one another, those who run the system are told: by letter, which needs no bus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.notice import LogLink, Notice, Status, Template, id_of
from services.notifications.domain.ports import NewNotice, Transaction
from services.notifications.domain.silence import is_due


@dataclass(frozen=True, kw_only=True)
class TellOfASilence:
    """For how long nothing has come, or gone, and by which channel. ``to_operators``: whether they have an address."""

    silent_for: timedelta
    channel: str
    to_operators: bool


def tell_of_a_silence(command: TellOfASilence, uow: Transaction) -> bool:
    """Queue a letter if one is due; whether it was."""
    now = uow.clock.now()
    if not command.to_operators or not uow.life_signs.take():
        return False
    if not is_due(command.silent_for, uow.life_signs.told_at(), now):
        return False
    notice = Notice(Template.NOTHING_IS_HEARD, LogLink(uow.correlation_id))
    letter = NewNotice(
        id=id_of(notice, OPERATORS, uow.correlation_id),
        notice=notice,
        unit_id=OPERATORS,
        channel=command.channel,
        status=Status.QUEUED,
        reason=None,
        created_at=now,
    )
    return bool(uow.notices.add([letter]))
