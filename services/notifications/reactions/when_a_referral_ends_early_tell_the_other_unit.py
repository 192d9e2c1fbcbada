"""A referral was cancelled, or a consent withdrawn: whichever unit did not do it is told that something happened.

A withdrawal that also cancels is told by two events of one version; the unit gets one notice.
"""

from __future__ import annotations

from services.notifications.domain.notice import Template
from services.notifications.domain.ports import Transaction
from services.notifications.domain.telling import CONSENT_SUBJECT, others_than
from services.notifications.reactions.tell import let_go_on, tell
from shared.contracts.referral import ConsentWithdrawn, ReferralCancelled
from shared.kernel.identity import ReferralId, UnitId


def when_a_referral_ends_early_tell_the_other_unit(
    event: ReferralCancelled | ConsentWithdrawn, uow: Transaction, channel: str
) -> None:
    """Queue "something happened" for the unit, or units, that did not act."""
    if isinstance(event, ConsentWithdrawn):
        acting: UnitId | None = UnitId(event.unit_id)
        if event.about == CONSENT_SUBJECT:
            # nothing more is told of it on the way; whichever scope was withdrawn, the careful reading is all
            stopped = uow.notices.remember_telling(ReferralId(event.referral_id), False, last_word=True)
            let_go_on(ReferralId(event.referral_id), stopped, uow)
    else:
        acting = uow.notices.acting_unit(event.assignment_id)
    units = others_than(acting, referring=UnitId(event.referring_unit_id), receiving=UnitId(event.receiving_unit_id))
    for unit_id in units:
        tell(
            unit_id,
            Template.SOMETHING_HAPPENED,
            uow,
            referral_id=ReferralId(event.referral_id),
            version=event.version,
            channel=channel,
            occurred_at=event.occurred_at,
        )
