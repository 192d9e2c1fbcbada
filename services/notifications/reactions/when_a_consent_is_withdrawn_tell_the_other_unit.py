"""A consent was withdrawn: the receiving unit is told that something happened, unless it wrote it down itself.

The referring unit is told only as far as the carer lets it know what happens. A withdrawal that also cancels is told
by two events of one request: the unit gets one notice.
"""

from __future__ import annotations

from services.notifications.domain.notice import Template
from services.notifications.domain.ports import Answer, Transaction
from services.notifications.domain.tell import CONSENT_SUBJECT, others_than
from services.notifications.reactions.tell import notice_for, tell
from shared.contracts.referral import ConsentWithdrawn
from shared.kernel.identity import ReferralId, UnitId


def when_a_consent_is_withdrawn_tell_the_other_unit(event: ConsentWithdrawn, uow: Transaction, channel: str) -> None:
    """Stop telling the referrer what happens, when it was the carer's; and queue "something happened"."""
    referral_id = ReferralId(event.referral_id)
    referring, receiving = UnitId(event.referring_unit_id), UnitId(event.receiving_unit_id)
    of_carer = event.about == CONSENT_SUBJECT
    if of_carer:
        # whichever scope it was: the careful reading is that nothing more is told on the way
        uow.notices.remember_telling([Answer(referral_id, allowed=False)], last_word=True)
        uow.notices.release(uow.clock.now(), [referral_id])
    for unit_id in others_than(UnitId(event.unit_id), referring=referring, receiving=receiving):
        if unit_id != receiving and of_carer:
            # if it closed the referral, that is told by its own event; else there is nothing for them to see
            continue
        tell(
            notice_for(
                unit_id,
                Template.SOMETHING_HAPPENED,
                uow,
                referral_id=referral_id,
                channel=channel,
                occurred_at=event.occurred_at,
                allowed=True if unit_id == receiving else uow.notices.may_tell_referrer(referral_id, uow.clock.now()),
            ),
            uow,
        )
