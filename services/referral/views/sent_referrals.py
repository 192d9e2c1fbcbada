"""What the referring unit has sent: the newest first, with the unit's own count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select

from services.referral.adapters.tables import referrals
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.views.lines import Line, lines, one_page
from shared.kernel.actor import Actor
from shared.kernel.clock import SWEDEN, swedish_day

PAGE = 20


@dataclass(frozen=True)
class Sent:
    """One page of the list, and how many the unit has sent this year and how many of them all are open."""

    lines: list[Line]
    this_year: int
    still_open: int
    next: tuple[str, str] | None


def sent_list(actor: Actor, uow: ReferralUnitOfWork, *, after: Sequence[str] | None = None, limit: int = PAGE) -> Sent:
    """What the actor's unit has sent. What is shown is recorded."""
    query = select(referrals).where(referrals.c.referring_unit_id == actor.unit_id)
    if after:
        # ids sort by the time they were made
        query = query.where(referrals.c.id < UUID(after[1]))
    found = one_page(query.order_by(referrals.c.id.desc()), limit, uow)
    this_year, still_open = _counts(actor, uow)
    last = found.last
    further = (last.sent_at.isoformat(), str(last.id)) if last else None
    return Sent(lines(found, actor, uow), this_year, still_open, further)


def _counts(actor: Actor, uow: ReferralUnitOfWork) -> tuple[int, int]:
    year = datetime(swedish_day(uow.clock.now()).year, 1, 1, tzinfo=SWEDEN)
    of_year = func.coalesce(func.sum(case((referrals.c.sent_at >= year, 1), else_=0)), 0)
    of_open = func.coalesce(func.sum(case((referrals.c.closed_at.is_(None), 1), else_=0)), 0)
    row = uow.connection.execute(select(of_year, of_open).where(referrals.c.referring_unit_id == actor.unit_id)).one()
    return int(row[0]), int(row[1])
