"""The author goes on with a draft; the reading is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.referral.commands.admission import record_draft_reading, refuse
from services.referral.commands.keep_form import is_kept_form
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Draft, Work
from shared.kernel.actor import Actor
from shared.kernel.refusals import NotThere


@dataclass(frozen=True, kw_only=True)
class OpenDraft:
    """Which draft."""

    draft_id: UUID


def open_draft(command: OpenDraft, actor: Actor, uow: Work) -> Draft:
    """Read it. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    draft = own_draft(Action.OPEN, command.draft_id, actor, uow)
    record_draft_reading((draft.id,), actor, uow)
    return draft


def own_draft(action: Action, draft_id: UUID, actor: Actor, uow: Work) -> Draft:
    """A draft that the actor may do this with. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    draft = uow.drafts.get(draft_id)
    if draft is None or is_kept_form(draft) or not permitted(actor.role, Relation.AUTHOR, State.DRAFT, action):
        refuse(action, (draft_id,), "not-the-author", actor, uow, NotThere(), record_kind="draft")
    return draft
