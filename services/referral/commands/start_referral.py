"""An adviser of the receiving unit begins: the first contact has been made, and what the receipt promised is kept."""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.commands.admission import admit_to_change
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId


@dataclass(frozen=True, kw_only=True)
class StartReferral:
    """Which referral, as of which version. The moment kept is the one at which it is noted."""

    referral_id: ReferralId
    expected_version: int | None = None


def start_referral(command: StartReferral, actor: Actor, uow: Work) -> Referral:
    """Begin. Raises FirstContactIsMade, ContactIsNotWanted, and what accepting raises."""
    referral = admit_to_change(Action.START, command.referral_id, command.expected_version, actor, uow)
    referral.start(actor, uow.clock.now())
    uow.referrals.save(referral)
    uow.record(*referral.events)
    return referral
