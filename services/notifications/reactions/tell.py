"""Write one unit's notice about one step of a referral; what every reaction here ends in."""

from __future__ import annotations

from datetime import datetime

from services.notifications.domain.events import NoticeWasQueued
from services.notifications.domain.notice import Cause, Link, Notice, Reason, Status, Template
from services.notifications.domain.ports import NewNotice, Transaction
from services.notifications.published import published
from shared.kernel.identity import NoticeId, ReferralId, UnitId, uuid7


def tell(
    unit_id: UnitId,
    template: Template,
    uow: Transaction,
    *,
    referral_id: ReferralId,
    channel: str,
    occurred_at: datetime,
    allowed: bool | None = True,
) -> None:
    """Queue a notice, or record why there is none; for one reason once, however often it is heard.

    `allowed` is the carer's answer to whether the unit may know; None when it has not been heard yet.
    """
    status, reason = _fate(uow.history, allowed)
    new = NewNotice(
        id=NoticeId(uuid7()),
        notice=Notice(template, Link(referral_id)),
        unit_id=unit_id,
        channel=channel,
        cause=Cause(uow.cause_event_id, uow.correlation_id),
        status=status,
        reason=reason,
        created_at=occurred_at if uow.history else uow.clock.now(),
    )
    if uow.notices.add(new) and status is Status.QUEUED:
        announce(new, uow)


def announce(new: NewNotice, uow: Transaction) -> None:
    """Tell the others that a notice waits to be sent."""
    queued = NoticeWasQueued(
        notice_id=new.id,
        template=new.notice.template,
        unit_id=new.unit_id,
        channel=new.channel,
        occurred_at=uow.clock.now(),
    )
    uow.publish(*published(queued))


def let_go_on(referral_id: ReferralId, allowed: bool, uow: Transaction) -> None:
    """Queue or suppress a referral's held notices, now that the carer's answer is known."""
    now = uow.clock.now()
    if not allowed:
        uow.notices.release(referral_id, Status.SUPPRESSED, Reason.NOT_TO_BE_TOLD, now)
        return
    for released in uow.notices.release(referral_id, Status.QUEUED, None, now):
        announce(released, uow)


def let_the_answered_go_on(uow: Transaction, limit: int = 500) -> None:
    """Queue or suppress what is still held although the answer is known; for a timer."""
    for referral_id in uow.notices.held_though_answered(limit):
        let_go_on(referral_id, bool(uow.notices.may_tell_referrer(referral_id, uow.clock.now())), uow)


def _fate(history: bool, allowed: bool | None) -> tuple[Status, Reason | None]:
    if history:
        return Status.SUPPRESSED, Reason.HISTORY
    if allowed is None:
        return Status.HELD, None
    return (Status.QUEUED, None) if allowed else (Status.SUPPRESSED, Reason.NOT_TO_BE_TOLD)
