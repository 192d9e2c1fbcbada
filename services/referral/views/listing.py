"""A plain list of referrals for systems: where each stands and what may be done, and nothing about people.

One access record names every referral shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from services.referral.adapters import rows
from services.referral.adapters.tables import consents, referrals
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.access import Purpose, look_at_list
from services.referral.domain.lifecycle import Action
from services.referral.domain.permissions import permitted
from services.referral.domain.reading import Reading, reading_of
from services.referral.domain.referral import Referral
from shared.access.record import record_access
from shared.kernel.actor import Actor, Role


@dataclass(frozen=True, kw_only=True)
class ListReferrals:
    """``state``: open | closed | None; ``direction``: received | sent | None; ``after``: the last one's time and id."""

    state: str | None = None
    direction: str | None = None
    limit: int = 50
    after: tuple[datetime, UUID] | None = None


def list_referrals(wanted: ListReferrals, actor: Actor, uow: ReferralUnitOfWork) -> list[tuple[Referral, Reading]]:
    """At most ``limit`` referrals of the actor's unit, the newest first. The list is recorded; the caller commits."""
    now = uow.clock.now()
    found = [(each, reading_of(each, actor, now)) for each in _read(wanted, actor, uow)]
    shown = [
        (each, reading) for each, reading in found if permitted(actor.role, reading.relation, each.state, Action.LIST)
    ]
    if shown:
        purpose = Purpose.SUPPORT_TO_CARER if actor.role is Role.ADVISER else Purpose.FOLLOW_OWN_REFERRAL
        record_access(look_at_list((each.id for each, _ in shown), "own-unit", purpose), actor, uow)
    return shown


def _read(wanted: ListReferrals, actor: Actor, uow: ReferralUnitOfWork) -> Sequence[Referral]:
    query = (
        select(referrals)
        .where(*_conditions(wanted, actor))
        .order_by(referrals.c.sent_at.desc(), referrals.c.id.desc())
        .limit(wanted.limit)
    )
    found = uow.connection.execute(query).mappings().all()
    theirs = select(consents).where(consents.c.referral_id.in_([row["id"] for row in found])).order_by(consents.c.about)
    kept = [rows.consent_from(row) for row in uow.connection.execute(theirs).mappings()] if found else []
    return [rows.referral_from(row, tuple(each for each in kept if each.referral_id == row["id"])) for row in found]


def _conditions(wanted: ListReferrals, actor: Actor) -> list[ColumnElement[bool]]:
    unit = actor.unit_id
    received = or_(referrals.c.receiving_unit_id == unit, referrals.c.stand_in_unit_id == unit)
    sent = referrals.c.referring_unit_id == unit
    # a unit may both send and receive: each role sees its own side
    mine = received if actor.role is Role.ADVISER else sent
    directions = {"received": received, "sent": sent, None: mine}
    conditions = [mine, directions[wanted.direction]]
    if wanted.state is not None:
        closed = referrals.c.closed_at.is_not(None)
        conditions.append(closed if wanted.state == "closed" else ~closed)
    if wanted.after is not None:
        conditions.append(tuple_(referrals.c.sent_at, referrals.c.id) < tuple_(*wanted.after))
    return [and_(*conditions)]
