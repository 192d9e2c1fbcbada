"""The author's own drafts, the newest first. Nobody else's exist here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.referral.adapters.drafts import author_text
from services.referral.adapters.tables import drafts
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import record_draft_reading
from services.referral.commands.keep_form import is_kept_form
from services.referral.domain.ports import Draft
from shared.kernel.actor import Actor

MOST = 20
# what was typed in one window while the draft changed in another, step by step: kept until its writer decides
UNSAVED = "unsaved"


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """One draft; ``carer_name`` tells its author which one it is, unless the carer's identity is ``protected``."""

    id: UUID
    carer_name: str = field(repr=False)
    protected: bool
    updated_at: datetime
    expires_at: datetime


def draft_list(actor: Actor, uow: ReferralUnitOfWork) -> list[DraftLine]:
    """The actor's drafts; showing the names is recorded."""
    query = (
        select(drafts.c.id)
        .where(drafts.c.author == author_text(actor), drafts.c.expires_at > uow.clock.now())
        .order_by(drafts.c.updated_at.desc())
    )
    kept = list(islice(_drafts(uow.connection.execute(query).scalars().all(), uow), MOST))
    if kept:
        record_draft_reading([draft.id for draft in kept], actor, uow, action="list")
    return [
        DraftLine(
            id=draft.id,
            carer_name="" if is_protected(draft.answers) else _name(draft),
            protected=is_protected(draft.answers),
            updated_at=draft.updated_at,
            expires_at=draft.expires_at,
        )
        for draft in kept
    ]


def wait_for_a_first_click(draft_id: UUID, uow: ReferralUnitOfWork) -> None:
    """Let a sending of the same draft that is under way end first; afterwards its answer is there to be found."""
    uow.connection.execute(select(drafts.c.id).where(drafts.c.id == draft_id).with_for_update())


def is_there(draft_id: UUID, uow: ReferralUnitOfWork) -> bool:
    """Whether the actor has such a draft, expired or not."""
    return uow.connection.execute(select(drafts.c.id).where(drafts.c.id == draft_id)).first() is not None


def is_protected(answers: Mapping[str, Any]) -> bool:
    """Whether a draft's answers, saved or still to be decided on, say that the carer's identity is protected.

    In doubt, it is.
    """
    unsaved = answers.get(UNSAVED)
    told = [answers.get("carer"), unsaved.get("carer") if isinstance(unsaved, Mapping) else None]
    return any(
        isinstance(carer, Mapping) and carer.get("protected_identity", "false") not in ("false", "", False, None)
        for carer in told
    )


def _drafts(ids: Sequence[UUID], uow: ReferralUnitOfWork) -> Iterator[Draft]:
    """Those that are drafts: what they say is sealed, so only an opened one shows that it is a kept form."""
    for draft_id in ids:
        draft = uow.drafts.get(draft_id)
        if draft is not None and not is_kept_form(draft):
            yield draft


def _name(draft: Draft) -> str:
    """A draft is whatever its author's form or system keeps there; the name only if it is where pages put it."""
    carer = draft.answers.get("carer")
    name = carer.get("name") if isinstance(carer, dict) else None
    return name if isinstance(name, str) else ""
