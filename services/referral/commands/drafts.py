"""A referrer keeps what is filled in so far, goes on with it, and throws it away; it expires by itself.

It is encrypted and the author's alone. A draft is not a referral.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.access import attempt, look_at_drafts
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Draft, Work
from services.referral.domain.refusals import ActionIsNotYours, DraftIsTooLarge
from shared.access.record import record_access, refuse
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
        refuse(attempt(Action.SAVE_DRAFT, (), "role-may-not", ActionIsNotYours(), "draft"), actor, uow)
    if len(json.dumps(command.answers)) > LARGEST:
        raise DraftIsTooLarge
    version, created_at = 1, now
    if command.draft_id is not None:
        before = uow.drafts.lock(command.draft_id)
        if before is None:
            refuse(attempt(Action.SAVE_DRAFT, (command.draft_id,), "not-the-author", NotThere(), "draft"), actor, uow)
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


@dataclass(frozen=True, kw_only=True)
class OpenDraft:
    """Which draft."""

    draft_id: UUID


def open_draft(command: OpenDraft, actor: Actor, uow: Work) -> Draft:
    """Read it. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    draft = own_draft(Action.OPEN, command.draft_id, actor, uow)
    record_access(look_at_drafts((draft.id,)), actor, uow)
    return draft


def own_draft(action: Action, draft_id: UUID, actor: Actor, uow: Work) -> Draft:
    """A draft that the actor may do this with. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    draft = uow.drafts.get(draft_id)
    if draft is None or not permitted(actor.role, Relation.AUTHOR, State.DRAFT, action):
        refuse(attempt(action, (draft_id,), "not-the-author", NotThere(), "draft"), actor, uow)
    return draft


@dataclass(frozen=True, kw_only=True)
class DiscardDraft:
    """Which draft."""

    draft_id: UUID


def discard_draft(command: DiscardDraft, actor: Actor, uow: Work) -> None:
    """Remove it. Raises NotThere (recorded): unknown, expired, or somebody else's."""
    may = permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.DISCARD_DRAFT)
    if not may or not uow.drafts.discard(command.draft_id):
        refuse(attempt(Action.DISCARD_DRAFT, (command.draft_id,), "not-the-author", NotThere(), "draft"), actor, uow)
