"""Whether what an address of the API names is anything to the caller: asked before a body or a version is judged."""

from __future__ import annotations

from uuid import UUID

from services.referral.commands.withdraw_consent import admit_to_withdraw
from services.referral.web.page import reading
from shared.kernel.identity import ConsentId
from shared.web.who import current_actor


def to_withdraw(consent_id: UUID) -> None:
    """Raises NotThere or ActionIsNotYours, recorded, when the caller may not withdraw this consent."""
    actor = current_actor()
    with reading(actor) as uow:
        admit_to_withdraw(ConsentId(consent_id), actor, uow)
