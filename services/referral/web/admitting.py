"""Whether what an address of the API names is anything to the caller: asked before a body or a version is judged."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from services.referral.commands.admission import admit_to_change
from services.referral.commands.open_draft import own_draft
from services.referral.commands.withdraw_consent import admit_to_withdraw
from services.referral.domain.states import Action
from services.referral.web.parts import parts
from shared.kernel.identity import ConsentId, ReferralId
from shared.web.who import current_actor


def to_a_step(action: Action) -> Callable[..., None]:
    """Asks whether the caller may take this action on a referral. Raises NotThere or ActionIsNotYours, recorded."""

    def admits(referral_id: UUID) -> None:
        actor = current_actor()
        with parts().unit_of_work(actor) as uow:
            admit_to_change(action, ReferralId(referral_id), None, actor, uow)

    return admits


def to_withdraw(consent_id: UUID) -> None:
    """Raises NotThere or ActionIsNotYours, recorded, when the caller may not withdraw this consent."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        admit_to_withdraw(ConsentId(consent_id), actor, uow)


def to_save_a_draft(draft_id: UUID) -> None:
    """Raises NotThere, recorded, when the draft is not the caller's own."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        own_draft(Action.SAVE_DRAFT, draft_id, actor, uow)
