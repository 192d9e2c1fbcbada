"""The author throws a draft away; its key goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.referral.commands.admission import refuse
from services.referral.commands.keep_form import is_kept_form
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Work
from services.referral.domain.states import Action, State
from shared.kernel.actor import Actor
from shared.kernel.refusals import NotThere


@dataclass(frozen=True, kw_only=True)
class DiscardDraft:
    """Which draft."""

    draft_id: UUID


def discard_draft(command: DiscardDraft, actor: Actor, uow: Work) -> None:
    """Remove it. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    may = permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.DISCARD_DRAFT)
    draft = uow.drafts.get(command.draft_id) if may else None
    if draft is None or is_kept_form(draft) or not uow.drafts.discard(command.draft_id):
        refuse(Action.DISCARD_DRAFT, (command.draft_id,), "not-the-author", actor, uow, NotThere(), record_kind="draft")
