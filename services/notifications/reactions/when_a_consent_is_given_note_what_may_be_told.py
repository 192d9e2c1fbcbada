"""A carer's consent was recorded: note whether the referrer may know what happens, and let held notices go on."""

from __future__ import annotations

from services.notifications.domain.ports import Transaction
from services.notifications.domain.telling import CONSENT_SUBJECT, SCOPE
from services.notifications.reactions.tell import let_go_on
from shared.contracts.referral import ConsentGiven
from shared.kernel.identity import ReferralId


def when_a_consent_is_given_note_what_may_be_told(event: ConsentGiven, uow: Transaction) -> None:
    """Keep the carer's answer; notices heard of before it are sent or suppressed now."""
    if event.about != CONSENT_SUBJECT:
        return
    referral_id = ReferralId(event.referral_id)
    uow.notices.remember_telling(referral_id, SCOPE in event.scopes, until=event.expires_at)
    let_go_on(referral_id, bool(uow.notices.may_tell_referrer(referral_id, uow.clock.now())), uow)
