"""A referral was sent: the receiving unit is told that a new one waits."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.domain.notice import Template
from services.notifications.domain.ports import Transaction
from services.notifications.reactions.tell import notice_for
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ReferralSent
from shared.kernel.identity import ReferralId, UnitId


def when_a_referral_is_sent_tell_the_receiving_unit(
    heard: Sequence[tuple[Envelope, ReferralSent]], uow: Transaction, channel: str
) -> None:
    """Queue "a new referral waits" for each unit's function address, all of them in one statement."""
    notices = [
        notice_for(
            UnitId(event.receiving_unit_id),
            Template.NEW_REFERRAL_WAITS,
            uow,
            referral_id=ReferralId(event.referral_id),
            channel=channel,
            occurred_at=event.occurred_at,
        )
        for event in uow.each(heard)
    ]
    uow.notices.add(notices)
