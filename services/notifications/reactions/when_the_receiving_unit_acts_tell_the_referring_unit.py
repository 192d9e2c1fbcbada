"""The receiving unit opened, accepted, declined or closed a referral, or made the first contact: the referring unit is
told that something happened. What does not close it only if the carer agreed to it; a notice that arrives tells as much
as one that says.
"""

from __future__ import annotations

from services.notifications.domain.notice import Template
from services.notifications.domain.ports import Transaction
from services.notifications.reactions.tell import notice_for, tell
from shared.contracts.referral import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOpened,
    ReferralRejected,
)
from shared.kernel.identity import ReferralId, UnitId

Step = ReferralOpened | ReferralAccepted | FirstContactMade | ReferralRejected | ReferralCompleted


def when_the_receiving_unit_acts_tell_the_referring_unit(event: Step, uow: Transaction, channel: str) -> None:
    """Queue, hold or suppress "something happened" for the referring unit."""
    referral_id = ReferralId(event.referral_id)
    closes = isinstance(event, ReferralRejected | ReferralCompleted)
    tell(
        notice_for(
            UnitId(event.referring_unit_id),
            Template.SOMETHING_HAPPENED,
            uow,
            referral_id=referral_id,
            channel=channel,
            occurred_at=event.occurred_at,
            allowed=True if closes else uow.notices.may_tell_referrer(referral_id, uow.clock.now()),
        ),
        uow,
    )
