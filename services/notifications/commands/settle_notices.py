"""Mark what became of parcels that were handed over, and tell of it, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.notifications.domain.events import NoticeEvent, NoticeGivenUp, NoticeSent
from services.notifications.domain.notice import Parcel, Reason, Status
from services.notifications.domain.ports import Transaction


@dataclass(frozen=True)
class Outcome:
    """What became of one parcel. No status: to be tried again after `wait`; `counts` when that was a try at all."""

    parcel: Parcel
    status: Status | None = None
    reason: Reason | None = None
    wait: timedelta = timedelta()
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class SettleNotices:
    """What became of the parcels of one claim. ``token``: the claim's; ``channel``: by which they went, or did not."""

    token: UUID
    channel: str
    outcomes: Sequence[Outcome]


def settle_notices(command: SettleNotices, uow: Transaction) -> int:
    """Mark them; how many were sent. What the claim no longer holds is left to whoever took it over."""
    now = uow.clock.now()
    events: list[NoticeEvent] = []
    for status, reason in {(each.status, each.reason) for each in command.outcomes}:
        if status is None:
            continue
        same = [each.parcel for each in command.outcomes if (each.status, each.reason) == (status, reason)]
        # whatever this claim no longer holds was taken over by another process, which will tell of it
        settled = uow.notices.settle(command.token, [parcel.id for parcel in same], status, reason, now)
        events += [_event(parcel, reason, command.channel, uow) for parcel in same if parcel.id in settled]
    for each in command.outcomes:
        if each.status is None:
            uow.notices.postpone(command.token, each.parcel.id, now + each.wait, counts=each.counts)
    uow.record(*events)
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
