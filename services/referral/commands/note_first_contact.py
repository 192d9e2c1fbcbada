"""An adviser of the receiving unit notes that the first contact has been made: what the receipt promised is kept."""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.commands.admission import admit_to_change
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId


@dataclass(frozen=True, kw_only=True)
class NoteFirstContact:
    """Which referral, as of which version. The moment kept is the one at which it is noted."""

    referral_id: ReferralId
    expected_version: int | None = None


def note_first_contact(command: NoteFirstContact, actor: Actor, uow: Work) -> Referral:
    """Note it. Raises FirstContactIsMade, ContactIsNotWanted, and what accepting raises."""
    referral = admit_to_change(Action.FIRST_CONTACT, command.referral_id, command.expected_version, actor, uow)
    referral.note_first_contact(actor, uow.clock.now())
    uow.referrals.save(referral)
    uow.record(referral.events)
    return referral
