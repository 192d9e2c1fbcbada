"""Mark what became of each parcel, and tell of it: all in one transaction, or one by one when that does not go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.notifications.domain.events import NoticeEvent, NoticeGivenUp, NoticeSent
from services.notifications.domain.notice import Parcel, Reason, Status
from services.notifications.domain.ports import Transaction
from services.notifications.published import published
from shared.messaging.trouble import Meaning, meaning_of
from shared.observability.logs import logger

_log = logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one parcel. No status: to be tried again after `wait`; `counts` when that was a try at all."""

    parcel: Parcel
    status: Status | None = None
    reason: Reason | None = None
    wait: timedelta = timedelta()
    counts: bool = True


def settle(begin: Callable[[], Transaction], token: UUID, channel: str, outcomes: Sequence[Outcome]) -> int:
    """Mark outcomes and tell of them; how many were sent. One that cannot be marked keeps none of the others from it:
    it is logged, and claimed again when its claim runs out. Raises what a database that is away raises.
    """
    try:
        return _in_one_batch(begin, token, channel, outcomes)
    except Exception as error:
        if meaning_of(error) is Meaning.WAIT:
            raise
        _log.info("one by one", notices=len(outcomes), error=error)
    sent = 0
    for outcome in outcomes:
        try:
            sent += _in_one_batch(begin, token, channel, [outcome])
        except Exception as error:
            if meaning_of(error) is Meaning.WAIT:
                raise
            _log.error("a notice could not be marked", notice_id=str(outcome.parcel.id), error=error)
    return sent


def _in_one_batch(begin: Callable[[], Transaction], token: UUID, channel: str, outcomes: Sequence[Outcome]) -> int:
    with begin() as uow:
        now = uow.clock.now()
        events: list[NoticeEvent] = []
        for status, reason in {(each.status, each.reason) for each in outcomes}:
            if status is None:
                continue
            same = [each.parcel for each in outcomes if (each.status, each.reason) == (status, reason)]
            # whatever this claim no longer holds was taken over by another process, which will tell of it
            settled = uow.notices.settle(token, [parcel.id for parcel in same], status, reason, now)
            events += [_event(parcel, reason, channel, uow) for parcel in same if parcel.id in settled]
        for each in outcomes:
            if each.status is None:
                uow.notices.postpone(token, each.parcel.id, now + each.wait, counts=each.counts)
        uow.publish(*(told for event in events if (told := published(event)) is not None))
        uow.commit()
    return sum(isinstance(event, NoticeSent) for event in events)


def _event(parcel: Parcel, reason: Reason | None, channel: str, uow: Transaction) -> NoticeEvent:
    now = uow.clock.now()
    template = parcel.notice.template
    if reason is None:
        return NoticeSent(
            notice_id=parcel.id, template=template, unit_id=parcel.unit_id, channel=channel, occurred_at=now
        )
    return NoticeGivenUp(
        notice_id=parcel.id, template=template, unit_id=parcel.unit_id, channel=channel, occurred_at=now, reason=reason
    )
