"""A carer's consent was recorded: note whether the referrer may know what happens, and let held notices go on."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.domain.ports import Answer, Transaction
from services.notifications.domain.tell import CONSENT_SUBJECT, SCOPE
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ConsentGiven
from shared.kernel.identity import ReferralId


def when_a_consent_is_given_note_what_may_be_told(
    heard: Sequence[tuple[Envelope, ConsentGiven]], uow: Transaction
) -> None:
    """Keep the carers' answers, the first of each referral; notices heard of before are queued or suppressed now."""
    answered: dict[ReferralId, ConsentGiven] = {}
    for _, event in heard:
        if event.about == CONSENT_SUBJECT:
            # of one batch as of several: whoever comes after finds the answer given
            answered.setdefault(ReferralId(event.referral_id), event)
    uow.notices.remember_telling(
        [Answer(referral_id, SCOPE in event.scopes, event.expires_at) for referral_id, event in answered.items()]
    )
    uow.notices.release(uow.clock.now(), list(answered))
