"""The systems' door to a unit's referrals: listed, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from services.referral.domain.lifecycle import Action
from services.referral.domain.reading import Reading
from services.referral.domain.referral import Referral
from services.referral.views.counts import counts
from services.referral.views.listing import ListReferrals, list_referrals
from services.referral.web import representation as answering
from services.referral.web.page import STAFF, reading
from services.referral.web.worklist import schemas
from shared.web.api.answers import ok, page_cursor, read_cursor, unless_known
from shared.web.api.openapi import Operations
from shared.web.api.paging import page
from shared.web.errors import MalformedCursor
from shared.web.who import Tried, current_actor

api = Operations()
LIST = "referrals"


@api.get(
    "/referrals",
    query=schemas.ListQuery,
    answers={200: schemas.ListOut},
    roles=STAFF,
    tries=Tried(Action.LIST, "referral"),
)
def list_them(query: dict[str, Any]) -> Response:
    """List the referrals of your unit, the newest first. The list is recorded, naming every referral shown."""
    wanted = ListReferrals(
        state=query["state"], direction=query["direction"], limit=query["limit"], after=_after(query["cursor"])
    )
    with reading(current_actor()) as uow:
        shown = list_referrals(wanted, current_actor(), uow)
    return ok(page([answering.brief(*each) for each in shown], _next(shown, query["limit"])))


@api.get(
    "/referrals/counts",
    query=schemas.CountsQuery,
    answers={200: schemas.CountsOut},
    roles=STAFF,
    polled=True,
    tries=Tried(Action.LIST, "referral"),
)
def count_them(query: dict[str, Any]) -> Response:
    """Count the open referrals that the list would show, for asking again and again.

    It shows nobody, so it is not recorded, and is answered with 304 as long as nothing has changed. `new`: those sent
    after `since`; ask with the `sent_at` of the newest that you know.
    """
    actor = current_actor()
    with reading(actor) as uow:
        found = counts(query["since"], actor, uow)
    return unless_known({"open": found.open, "waiting": found.waiting, "new": found.new})


def _next(shown: Sequence[tuple[Referral, Reading]], limit: int) -> str | None:
    if len(shown) < limit:
        return None
    last, _ = shown[-1]
    return page_cursor(LIST, [last.sent_at.isoformat(), str(last.id)])


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    values = read_cursor(LIST, cursor)
    if values is None:
        return None
    try:
        return datetime.fromisoformat(values[0]), UUID(values[1])
    except (ValueError, TypeError, IndexError):
        raise MalformedCursor from None
