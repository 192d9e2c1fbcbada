"""The author's own drafts, the newest first. Nobody else's exist here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.referral.adapters.drafts import author_text
from services.referral.adapters.tables import drafts
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.access import look_at_drafts
from services.referral.domain.draft import carers_told_of, is_protected
from services.referral.domain.ports import Draft
from services.referral.domain.refusals import DraftIsUnreadable
from shared.access.record import record_access
from shared.kernel.actor import Actor

MOST = 20


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """One draft; ``carer_name`` tells its author which one it is, unless the carer's identity is ``protected``.

    ``unreadable``: it is there, and nobody can read it; all that can be done is to throw it away.
    """

    id: UUID
    carer_name: str = field(repr=False)
    protected: bool
    updated_at: datetime
    expires_at: datetime
    unreadable: bool = False


def draft_list(actor: Actor, uow: ReferralUnitOfWork) -> list[DraftLine]:
    """The actor's drafts; showing the names is recorded."""
    query = (
        select(drafts.c.id, drafts.c.updated_at, drafts.c.expires_at)
        .where(drafts.c.author == author_text(actor), drafts.c.expires_at > uow.clock.now())
        .order_by(drafts.c.updated_at.desc())
    )
    kept = list(islice(_lines(uow.connection.execute(query).all(), uow), MOST))
    if kept:
        record_access(look_at_drafts([line.id for line in kept], action="list"), actor, uow)
    return kept


def _lines(found: Sequence[Row[Any, Any, Any]], uow: ReferralUnitOfWork) -> Iterator[DraftLine]:
    """Those that are still there when they are opened: another window may have sent or discarded one meanwhile."""
    for row in found:
        when = {"updated_at": row.updated_at, "expires_at": row.expires_at}
        try:
            draft = uow.drafts.get(row.id)
        except DraftIsUnreadable:
            yield DraftLine(id=row.id, carer_name="", protected=False, unreadable=True, **when)
            continue
        if draft is not None:
            protected = is_protected(draft.answers)
            yield DraftLine(id=draft.id, carer_name="" if protected else _name(draft), protected=protected, **when)


def _name(draft: Draft) -> str:
    """A draft is whatever its author's form or system keeps there; the name only if it is where pages put it."""
    names = (carer.get("name") for carer in carers_told_of(draft.answers))
    return next((name for name in names if isinstance(name, str) and name), "")
