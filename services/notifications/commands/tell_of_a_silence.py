"""While the services do not reach one another, those who run the system are told: by letter, which needs no bus."""

from __future__ import annotations

from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.notice import LogLink, Notice, Status, Template, id_of
from services.notifications.domain.ports import NewNotice, Transaction
from services.notifications.domain.silence import Listening, is_due
from shared.observability.episodes import Episode
from shared.observability.logs import logger

_log = logger(__name__)
_episode = Episode(_log, "the services reach one another again")


def tell_of_a_silence(uow: Transaction, listening: Listening, channel: str, *, to_operators: bool) -> bool:
    """Queue a letter if one is due; whether it was. ``to_operators``: whether there is an address for them.

    The process's log tells of it in any case.
    """
    now = uow.clock.now()
    silent_for = listening.silent_for(uow.life_signs.now())
    if silent_for is None:
        _episode.well()
        return False
    _episode.trouble("nothing is heard, or nothing goes out", level="error")
    if not to_operators or not uow.life_signs.take() or not is_due(silent_for, uow.life_signs.told_at(), now):
        return False
    notice = Notice(Template.NOTHING_IS_HEARD, LogLink(uow.correlation_id))
    letter = NewNotice(
        id=id_of(notice, OPERATORS, uow.correlation_id),
        notice=notice,
        unit_id=OPERATORS,
        channel=channel,
        status=Status.QUEUED,
        reason=None,
        created_at=now,
    )
    return bool(uow.notices.add([letter]))
