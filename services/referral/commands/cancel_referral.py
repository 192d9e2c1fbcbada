"""The referring unit takes a referral back, with a coded reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.referral.commands.admission import admit_to_change
from services.referral.domain.codes import CANCEL_REASONS, check_reason
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ReferralId


@dataclass(frozen=True, kw_only=True)
class CancelReferral:
    """``reason``: a code of CANCEL_REASONS; some demand a comment."""

    referral_id: ReferralId
    reason: str
    comment: str = field(default="", repr=False)
    expected_version: int | None = None


def cancel_referral(command: CancelReferral, actor: Actor, uow: Work) -> Referral:
    """Take it back. Raises CodeIsUnknown, CommentIsRequired, CommentCannotBeKept, and what accepting raises."""
    now = uow.clock.now()
    referral = admit_to_change(Action.CANCEL, command.referral_id, command.expected_version, actor, uow)
    check_reason(CANCEL_REASONS, command.reason, command.comment, swedish_day(now))
    referral.cancel(command.reason, command.comment, actor, now)
    uow.referrals.save(referral)
    uow.record(*referral.events)
    return referral
