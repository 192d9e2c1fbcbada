"""An adviser of the receiving unit takes a referral on."""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.commands.admission import admit_to_change
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId


@dataclass(frozen=True, kw_only=True)
class AcceptReferral:
    """Which referral, as of which version."""

    referral_id: ReferralId
    expected_version: int | None = None


def accept_referral(command: AcceptReferral, actor: Actor, uow: Work) -> Referral:
    """Accept it. Raises NotThere, ActionIsNotYours, NotInThisState, VersionHasMoved."""
    referral = admit_to_change(Action.ACCEPT, command.referral_id, command.expected_version, actor, uow)
    referral.accept(actor, uow.clock.now())
    uow.referrals.save(referral)
    uow.record(*referral.events)
    return referral
