"""Who has read what a consent covers: units and days, to be told honestly when the consent is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.referral.adapters.looks import BITS
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.consent.consent import Consent
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral
from services.referral.views.listed import unit_names
from shared.kernel.identity import ConsentId

_SETS = text("SELECT set_id, array_position(ids, :one) AS place FROM id_sets WHERE ids @> :ids")
# days and not looks: a referral may have been shown in a list thirty thousand times. Set by set, each found by the
# index, whatever the planner thinks of their number
_DAYS = text("""
    SELECT DISTINCT unit_id, action = 'list' AS listed, relied, on_whose, day
    FROM unnest(CAST(:shown AS uuid[]), CAST(:places AS integer[])) AS asked (set_id, place)
    CROSS JOIN LATERAL (
        SELECT DISTINCT kind_id, relied, on_whose(relied_on, place) AS on_whose,
            CAST(occurred_at AT TIME ZONE 'Europe/Stockholm' AS date) AS day
        FROM looks
        WHERE looks.shown = asked.set_id
            AND (on_whose(relied_on, place) > 0 OR relied = ANY(CAST(:relied AS uuid[])))
    ) AS looked
    JOIN look_kinds USING (kind_id)
    WHERE outcome = 'allowed' AND unit_id <> :sender ORDER BY day, unit_id
""")


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
    named_in = {consent.id: list(_sets_with(consent.id, uow)) for consent in referral.consents}
    shown_in = _sets_with(referral.id, uow)
    asked = {
        "shown": list(shown_in),
        "places": list(shown_in.values()),
        "relied": list({each for sets in named_in.values() for each in sets}),
        "sender": referral.referring_unit_id,
    }
    found = uow.connection.execute(_DAYS, asked).all()
    names = unit_names({each.unit_id for each in found}, uow)
    return {
        consent.id: _by_unit(
            [each for each in found if _relied(each, consent, named_in[consent.id]) and _shows(each, consent)], names
        )
        for consent in referral.consents
    }


def _sets_with(named: UUID, uow: ReferralUnitOfWork) -> dict[UUID, int]:
    """What stands for an id in a look: itself, and each set of ids that it was one of; and its place there, from 1."""
    found = uow.connection.execute(_SETS, {"one": named, "ids": [named]})
    return {named: 1} | {row.set_id: row.place for row in found}


def _relied(day: Any, consent: Consent, named_in: Sequence[UUID]) -> bool:
    """On this consent: said by whose it is, or by its name (adapters/looks.py)."""
    return bool((day.on_whose or 0) & BITS[consent.about.value]) or day.relied in named_in


def _shows(day: Any, consent: Consent) -> bool:
    """A list shows the carer's name, and nothing of the person cared for."""
    return not day.listed or consent.about is Subject.CARER


def _by_unit(found: Sequence[Any], names: dict[UUID, str]) -> list[ReadBy]:
    days: dict[UUID, dict[bool, dict[date, None]]] = {}
    for each in found:
        days.setdefault(each.unit_id, {}).setdefault(each.listed, {})[each.day] = None
    return [
        ReadBy(names.get(unit_id, "–"), tuple(of_unit.get(False, ())), tuple(of_unit.get(True, ())))
        for unit_id, of_unit in days.items()
    ]
