"""Whether what an address of the API names is anything to the caller: asked before a body or a version is judged."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from services.referral.commands.admission import admit_to_change
from services.referral.domain.lifecycle import Action
from services.referral.web.page import reading
from shared.kernel.identity import ReferralId
from shared.web.who import current_actor


def to_a_step(action: Action) -> Callable[..., None]:
    """Asks whether the caller may take this action on a referral. Raises NotThere or ActionIsNotYours, recorded."""

    def admits(referral_id: UUID) -> None:
        actor = current_actor()
        with reading(actor) as uow:
            admit_to_change(action, ReferralId(referral_id), None, actor, uow)

    return admits
