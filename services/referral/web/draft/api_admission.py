"""Whether what an address of the API names is anything to the caller: asked before a body or a version is judged."""

from __future__ import annotations

from uuid import UUID

from services.referral.commands.drafts import own_draft
from services.referral.domain.lifecycle import Action
from services.referral.web.page import reading
from shared.web.who import current_actor


def to_save_a_draft(draft_id: UUID) -> None:
    """Raises NotThere, recorded, when the draft is not the caller's own."""
    actor = current_actor()
    with reading(actor) as uow:
        own_draft(Action.SAVE_DRAFT, draft_id, actor, uow)
