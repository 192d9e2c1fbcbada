"""Who has read what a consent covers: units and days, to be told honestly when the consent is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.referral.adapters.tables import access_records
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.access import Outcome
from services.referral.domain.consent import Consent
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral
from services.referral.views.listed import unit_names
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ConsentId

LIST = "list"


@dataclass(frozen=True)
class ReadBy:
    """One unit's readings. ``opened``, ``listed``: the Swedish days on which it was opened, or named in a list."""

    unit: str
    opened: tuple[date, ...]
    listed: tuple[date, ...]


def readings_of(referral: Referral, uow: ReferralUnitOfWork) -> dict[ConsentId, list[ReadBy]]:
    """Under each consent of a referral: the units that relied on it to read, other than the one that sent it.

    ``uow``: the service's own, since a unit sees only its own records; for somebody already let through.
    """
    query = (
        select(
            access_records.c.unit_id, access_records.c.action, access_records.c.consents, access_records.c.occurred_at
        )
        .where(
            access_records.c.subjects.contains([referral.id]),
            access_records.c.outcome == Outcome.ALLOWED.value,
            access_records.c.unit_id != referral.referring_unit_id,
            func.cardinality(access_records.c.consents) > 0,
        )
        .order_by(access_records.c.occurred_at)
    )
    records = uow.connection.execute(query).all()
    names = unit_names({record.unit_id for record in records}, uow)
    return {
        consent.id: _by_unit([each for each in records if consent.id in each.consents and _shows(each, consent)], names)
        for consent in referral.consents
    }


def _shows(record: Any, consent: Consent) -> bool:
    """A list shows the carer's name, and nothing of the person cared for."""
    return record.action != LIST or consent.about is Subject.CARER


def _by_unit(records: Sequence[Any], names: dict[UUID, str]) -> list[ReadBy]:
    days: dict[UUID, dict[bool, dict[date, None]]] = {}
    for each in records:
        days.setdefault(each.unit_id, {}).setdefault(each.action == LIST, {})[swedish_day(each.occurred_at)] = None
    return [
        ReadBy(names.get(unit_id, "–"), tuple(of_unit.get(False, ())), tuple(of_unit.get(True, ())))
        for unit_id, of_unit in days.items()
    ]
