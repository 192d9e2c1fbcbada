"""A referral was cancelled: whichever of the two units did not do it is told that something happened."""

from __future__ import annotations

from services.notifications.domain.notice import Template
from services.notifications.domain.ports import Transaction
from services.notifications.domain.tell import others_than
from services.notifications.reactions.tell import notice_for, tell
from shared.contracts.referral import ReferralCancelled
from shared.kernel.identity import ReferralId, UnitId


def when_a_referral_ends_early_tell_the_other_unit(event: ReferralCancelled, uow: Transaction, channel: str) -> None:
    """Queue "something happened" for the unit, or units, that did not act: that it is closed is always told."""
    acting = uow.notices.acting_unit(event.assignment_id)
    units = others_than(acting, referring=UnitId(event.referring_unit_id), receiving=UnitId(event.receiving_unit_id))
    for unit_id in units:
        tell(
            notice_for(
                unit_id,
                Template.SOMETHING_HAPPENED,
                uow,
                referral_id=ReferralId(event.referral_id),
                channel=channel,
                occurred_at=event.occurred_at,
            ),
            uow,
        )
