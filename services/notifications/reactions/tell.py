"""Write one unit's notice about one step of a referral; what every reaction here ends in."""

from __future__ import annotations

from datetime import datetime

from services.notifications.domain.notice import Link, Notice, Reason, Status, Template, id_of
from services.notifications.domain.ports import NewNotice, Transaction
from shared.kernel.identity import ReferralId, UnitId


def tell(notice: NewNotice, uow: Transaction) -> None:
    """Queue a notice, or record why there is none; for one request once, however often it is heard."""
    uow.notices.add([notice])


def notice_for(
    unit_id: UnitId,
    template: Template,
    uow: Transaction,
    *,
    referral_id: ReferralId,
    channel: str,
    occurred_at: datetime,
    allowed: bool | None = True,
) -> NewNotice:
    """The notice that `tell` writes, about the event being followed; nothing is written yet.

    `allowed` is the carer's answer to whether the unit may know; None when it has not been heard yet (of
    something long past the careful reading is no).
    """
    status, reason = _fate(uow.history, allowed)
    notice = Notice(template, Link(referral_id))
    return NewNotice(
        id=id_of(notice, unit_id, uow.correlation_id),
        notice=notice,
        unit_id=unit_id,
        channel=channel,
        status=status,
        reason=reason,
        created_at=occurred_at if uow.history else uow.clock.now(),
    )


def _fate(history: bool, allowed: bool | None) -> tuple[Status, Reason | None]:
    if allowed is None and not history:
        return Status.HELD, None
    if not allowed:
        return Status.SUPPRESSED, Reason.NOT_TO_BE_TOLD
    return (Status.SUPPRESSED, Reason.HISTORY) if history else (Status.QUEUED, None)
