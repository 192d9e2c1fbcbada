"""Referrals in a list: as much of each as the reader may see now, and one access record that names them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from services.referral.adapters.rows import consent_from, referral_from
from services.referral.adapters.tables import consents
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.access import look_at_list, purpose_of
from services.referral.domain.clocks import Deadline
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.withdrawal import Withdrawal, withdrawals_of
from services.referral.domain.content import UNREADABLE, Part
from services.referral.domain.lifecycle import Action
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.reading import Reading, reading_of
from services.referral.domain.referral import Referral
from shared.access.record import record_access
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.storage.staff import units

HIDDEN = "protected-identity"
RULE = "own-unit"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One referral in a list. ``carer_name`` is empty when it may not be shown; ``why_hidden`` is then the code.

    ``deadline`` is None for those who are not to know it: it would tell a referrer whether it has been accepted.
    ``withdrawals``: what the two people have withdrawn, and where it was written down.
    """

    id: UUID
    number: str
    state: str
    priority: str
    sent_at: datetime
    changed_at: datetime | None
    opened: bool
    deadline: Deadline | None
    late: bool
    mine: bool
    carer_name: str = field(repr=False)
    why_hidden: str
    other_unit: str
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True)
class Found:
    """The rows of one page, nothing sealed opened yet. ``last``: what the next page comes after, if there is one."""

    rows: Sequence[Row[Any]]
    last: Row[Any] | None


def one_page(query: Select[Any], limit: int, uow: ReferralUnitOfWork) -> Found:
    """At most ``limit`` rows. The one row asked for beyond them only tells that there is more, and goes no further."""
    rows = uow.connection.execute(query.limit(limit + 1)).all() if limit else []
    return Found(rows[:limit], rows[limit - 1] if len(rows) > limit else None)


def lines(found: Found, actor: Actor, uow: ReferralUnitOfWork) -> list[Line]:
    """The referrals of a page as lines, in its order; what is shown is recorded in this transaction."""
    now = uow.clock.now()
    every = _with_consents(found.rows, uow)
    known = [each for each in every if permitted(actor.role, each.relation_to(actor), each.state, Action.LIST)]
    readings = [reading_of(referral, actor, now) for referral in known]
    shown = {
        referral.id: (Part.CARER,)
        for referral, reading in zip(known, readings, strict=True)
        if Part.CARER in reading.open_parts and not referral.protected_identity
    }
    contents = uow.referrals.contents(shown)
    names = {key: content.carer.name for key, content in contents.items() if content.carer}
    unreadable = {key for key, content in contents.items() if Part.CARER in content.unreadable}
    if known:
        _record(known, readings, names, actor, uow)
    other = unit_names(
        {
            *(_other(referral, reading) for referral, reading in zip(known, readings, strict=True)),
            *(each.unit_id for referral in known for each in withdrawals_of(referral.consents)),
        },
        uow,
    )
    return [
        _line(referral, reading, names.get(referral.id, ""), referral.id in unreadable, other, actor)
        for referral, reading in zip(known, readings, strict=True)
    ]


def unit_names(ids: Iterable[UUID | None], uow: ReferralUnitOfWork) -> dict[UUID, str]:
    """The names of units by id; a unit not heard of is absent."""
    query = select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_({each for each in ids if each}))
    return {row.unit_id: row.name for row in uow.connection.execute(query)}


def _with_consents(found: Sequence[Row[Any]], uow: ReferralUnitOfWork) -> list[Referral]:
    ids = [row._mapping["id"] for row in found]
    query = select(consents).where(consents.c.referral_id.in_(ids))
    theirs: dict[UUID, list[Consent]] = {}
    for row in uow.connection.execute(query).mappings():
        theirs.setdefault(row["referral_id"], []).append(consent_from(row))
    return [referral_from(row._mapping, tuple(theirs.get(row._mapping["id"], ()))) for row in found]


def _record(
    known: list[Referral],
    readings: list[Reading],
    names: Mapping[ReferralId, str],
    actor: Actor,
    uow: ReferralUnitOfWork,
) -> None:
    relied_on = {
        consent
        for referral, reading in zip(known, readings, strict=True)
        if referral.id in names
        for consent in reading.consents
    }
    shown, purpose = (referral.id for referral in known), purpose_of(readings[0].relation)
    record_access(look_at_list(shown, RULE, purpose, consents=tuple(sorted(relied_on))), actor, uow)


def _other(referral: Referral, reading: Reading) -> UUID:
    return referral.receiving_unit_id if reading.relation is Relation.REFERRING_UNIT else referral.referring_unit_id


def _line(
    referral: Referral, reading: Reading, name: str, unreadable: bool, other: dict[UUID, str], actor: Actor
) -> Line:
    closed = UNREADABLE if unreadable else next((each.why for each in reading.closed if each.part == Part.CARER), "")
    return Line(
        id=referral.id,
        number=referral.number,
        state=reading.shown_state,
        priority=referral.priority.value,
        sent_at=referral.sent_at,
        changed_at=referral.closed_at or (referral.accepted_at if reading.shows_steps else None),
        opened=referral.opened_at is not None and reading.shows_steps,
        deadline=reading.deadline,
        late=reading.late,
        mine=referral.assigned_to == actor.user,
        carer_name=name,
        why_hidden="" if name else closed or HIDDEN,
        other_unit=other.get(_other(referral, reading), ""),
        withdrawals=tuple(
            replace(each, unit=other.get(each.unit_id, "–")) for each in withdrawals_of(referral.consents)
        ),
    )
