"""A referrer keeps what is filled in so far: encrypted, the author's alone, expiring. A draft is not a referral."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.referral.commands.admission import refuse
from services.referral.commands.keep_form import is_kept_form
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Draft, Work
from services.referral.domain.refusals import ActionIsNotYours, DraftIsTooLarge
from shared.kernel.actor import Actor
from shared.kernel.identity import uuid7
from shared.kernel.refusals import NotThere, VersionHasMoved

LIFETIME = timedelta(days=7)
LARGEST = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class SaveDraft:
    """``answers``: the form as it stands, JSON-ready. ``draft_id`` None begins a new draft, by the id ``begin_as``.

    ``expected_version``: of the draft that its author saw when writing this; one that has moved is left as it is.
    """

    answers: Mapping[str, Any] = field(repr=False)
    draft_id: UUID | None = None
    begin_as: UUID | None = None
    expected_version: int | None = None


def save_draft(command: SaveDraft, actor: Actor, uow: Work) -> Draft:
    """Keep it for seven days from now. Raises NotThere, VersionHasMoved, DraftIsTooLarge, ActionIsNotYours."""
    now = uow.clock.now()
    if not permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.SAVE_DRAFT):
        refuse(Action.SAVE_DRAFT, (), "role-may-not", actor, uow, ActionIsNotYours(), record_kind="draft")
    if len(json.dumps(command.answers)) > LARGEST:
        raise DraftIsTooLarge
    version, created_at = 1, now
    if command.draft_id is not None:
        before = uow.drafts.lock(command.draft_id)
        if before is None or is_kept_form(before):
            refuse(
                Action.SAVE_DRAFT, (command.draft_id,), "not-the-author", actor, uow, NotThere(), record_kind="draft"
            )
        if command.expected_version not in (None, before.version):
            raise VersionHasMoved
        version, created_at = before.version + 1, before.created_at
    draft = Draft(
        id=command.draft_id or command.begin_as or uuid7(),
        answers=command.answers,
        version=version,
        created_at=created_at,
        updated_at=now,
        expires_at=now + LIFETIME,
    )
    uow.drafts.save(draft, actor)
    return draft
