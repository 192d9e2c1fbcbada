"""The receiving unit's work list: what is most urgent first, by the next deadline of each; the late ones marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from services.referral.adapters.tables import referrals
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.clocks import Promise
from services.referral.domain.lifecycle import State
from services.referral.views.lines import Found, Line, lines, one_page
from shared.kernel.actor import Actor

PAGE = 25


class Show(StrEnum):
    """Which part of the work list."""

    OPEN = "open"
    WAITING = "waiting"
    MINE = "mine"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True)
class WorkList:
    """One page of it. ``counts``: how many each choice would show. ``next``: where the next page begins, or None."""

    lines: list[Line]
    counts: dict[Show, int]
    next: tuple[str, str] | None


def work_list(
    show: Show, actor: Actor, uow: ReferralUnitOfWork, *, after: Sequence[str] | None = None, limit: int = PAGE
) -> WorkList:
    """What waits for the actor's unit, or for a unit that it stands in for. What is shown is recorded."""
    now = uow.clock.now()
    query = select(referrals).where(_ours(actor), _shown(show, actor, now))
    if show is Show.CLOSED:
        query = query.order_by(referrals.c.closed_at.desc(), referrals.c.id.desc())
        if after:
            query = query.where(tuple_(referrals.c.closed_at, referrals.c.id) < _place(after))
    else:
        query = query.order_by(referrals.c.deadline_at, referrals.c.id)
        if after:
            query = query.where(tuple_(referrals.c.deadline_at, referrals.c.id) > _place(after))
    found = one_page(query, limit, uow)
    return WorkList(lines(found, actor, uow), _counts(actor, uow, now), _next(show, found))


def _ours(actor: Actor) -> ColumnElement[bool]:
    return or_(referrals.c.receiving_unit_id == actor.unit_id, referrals.c.stand_in_unit_id == actor.unit_id)


def _shown(show: Show, actor: Actor, now: datetime) -> ColumnElement[bool]:
    still_open = referrals.c.closed_at.is_(None)
    mine = and_(
        referrals.c.assigned_issuer == actor.user.issuer, referrals.c.assigned_subject == actor.user.subject, still_open
    )
    return {
        Show.OPEN: still_open,
        # nobody has answered it, so it is open: said, since there is an index of what is open
        Show.WAITING: and_(referrals.c.state == State.REQUESTED.value, still_open),
        Show.MINE: mine,
        # a withdrawal has no day by which it is to be acknowledged: it is waited for, and not late
        Show.LATE: and_(
            still_open,
            referrals.c.deadline_at <= now,
            referrals.c.deadline_kind != Promise.ACKNOWLEDGE_WITHDRAWAL.value,
        ),
        Show.CLOSED: referrals.c.closed_at.is_not(None),
    }[show]


def _counts(actor: Actor, uow: ReferralUnitOfWork, now: datetime) -> dict[Show, int]:
    sums = [func.coalesce(func.sum(case((_shown(show, actor, now), 1), else_=0)), 0) for show in Show]
    row = uow.connection.execute(select(*sums).where(_ours(actor))).one()
    return dict(zip(Show, map(int, row), strict=True))


def _place(after: Sequence[str]) -> tuple[datetime, UUID]:
    return datetime.fromisoformat(after[0]), UUID(after[1])


def _next(show: Show, found: Found) -> tuple[str, str] | None:
    if found.last is None:
        return None
    at = found.last.closed_at if show is Show.CLOSED else found.last.deadline_at
    return at.isoformat(), str(found.last.id)
