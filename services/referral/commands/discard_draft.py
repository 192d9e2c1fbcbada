"""The author throws a draft away; its key goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.referral.commands.admission import refuse
from services.referral.commands.keep_form import is_kept_form
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Work
from services.referral.domain.refusals import DraftIsUnreadable
from shared.kernel.actor import Actor
from shared.kernel.refusals import NotThere


@dataclass(frozen=True, kw_only=True)
class DiscardDraft:
    """Which draft."""

    draft_id: UUID


def discard_draft(command: DiscardDraft, actor: Actor, uow: Work) -> None:
    """Remove it. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    may = permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.DISCARD_DRAFT)
    if not may or not let_go_of_draft(command.draft_id, uow):
        refuse(Action.DISCARD_DRAFT, (command.draft_id,), "not-the-author", actor, uow, NotThere(), record_kind="draft")


def let_go_of_draft(draft_id: UUID, uow: Work) -> bool:
    """Remove a draft; False when it is not there to be removed. Of two at once one removes it: the other waits."""
    try:
        draft = uow.drafts.get(draft_id)
    except DraftIsUnreadable:
        return uow.drafts.discard(draft_id)
    return draft is not None and not is_kept_form(draft) and uow.drafts.discard(draft_id)
