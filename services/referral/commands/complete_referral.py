"""An adviser of the receiving unit closes a referral with an outcome, and says which needs could not be met."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.referral.commands.admission import admit_to_change
from services.referral.domain.codes import OUTCOMES, UNMET_NEEDS, check_chosen, check_reason
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ReferralId


@dataclass(frozen=True, kw_only=True)
class CompleteReferral:
    """``reason``: a code of OUTCOMES; ``unmet_needs``: codes of UNMET_NEEDS."""

    referral_id: ReferralId
    reason: str
    comment: str = field(default="", repr=False)
    unmet_needs: tuple[str, ...] = ()
    expected_version: int | None = None


def complete_referral(command: CompleteReferral, actor: Actor, uow: Work) -> Referral:
    """Close it. Raises CodeIsUnknown, CommentIsRequired, CommentCannotBeKept, and what accepting raises."""
    now = uow.clock.now()
    referral = admit_to_change(Action.COMPLETE, command.referral_id, command.expected_version, actor, uow)
    check_reason(OUTCOMES, command.reason, command.comment, swedish_day(now))
    check_chosen(UNMET_NEEDS, command.unmet_needs, swedish_day(now), "/unmet_needs")
    referral.complete(command.reason, command.comment, command.unmet_needs, actor, now)
    uow.referrals.save(referral)
    uow.record(*referral.events)
    return referral
