"""Who has read what a consent covers: units and days, to be told honestly when the consent is withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.referral.adapters.looks import BITS
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.consent.consent import Consent
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral
from shared.kernel.identity import ConsentId
from shared.storage.driver import ask

_NAMED_IN = "SELECT named, set_id FROM unnest($1::uuid[]) AS named JOIN id_sets ON ids @> ARRAY[named]"
# days and not looks: a referral may have been shown in a list thirty thousand times, and be in thousands of sets of
# ids. Set by set, each found by the index, whatever the planner thinks of their number
DAYS = """
    SELECT DISTINCT unit_id, coalesce(name, '–'), action = 'list', relied, on_whose, day
    FROM (
        SELECT DISTINCT kind_id, relied, on_whose, day
        FROM (
            SELECT $1::uuid AS set_id, 1 AS place
            UNION ALL SELECT set_id, array_position(ids, $1::uuid) FROM id_sets WHERE ids @> ARRAY[$1::uuid]
        ) AS asked
        CROSS JOIN LATERAL (
            SELECT kind_id, relied, on_whose(relied_on, place) AS on_whose,
                CAST(occurred_at AT TIME ZONE 'Europe/Stockholm' AS date) AS day
            FROM looks
            WHERE looks.shown = asked.set_id AND (on_whose(relied_on, place) > 0 OR relied = ANY($2::uuid[]))
            OFFSET 0
        ) AS each
    ) AS looked
    JOIN look_kinds USING (kind_id) LEFT JOIN known_units USING (unit_id)
    WHERE outcome = 'allowed' AND unit_id <> $3::uuid ORDER BY day, unit_id
"""


@dataclass(frozen=True)
class _Day:
    """A day on which a unit looked. ``on_whose``: as ``BITS`` says; ``relied``: a consent, or a set of them."""

    unit_id: UUID
    unit: str
    listed: bool
    relied: UUID | None
    on_whose: int | None
    day: date


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
    named_in: dict[UUID, set[UUID]] = {consent.id: {consent.id} for consent in referral.consents}
    for consent_id, set_id in ask(uow.connection, _NAMED_IN, (list(named_in),)):
        named_in[consent_id].add(set_id)
    relied = list(set().union(*named_in.values()))
    found = [_Day(*row) for row in ask(uow.connection, DAYS, (referral.id, relied, referral.referring_unit_id))]
    return {
        consent.id: _by_unit(
            [each for each in found if _relied(each, consent, named_in[consent.id]) and _shows(each, consent)]
        )
        for consent in referral.consents
    }


def _relied(day: _Day, consent: Consent, named_in: Collection[UUID]) -> bool:
    """On this consent: said by whose it is, or by its name (adapters/looks.py)."""
    return bool((day.on_whose or 0) & BITS[consent.about.value]) or day.relied in named_in


def _shows(day: _Day, consent: Consent) -> bool:
    """A list shows the carer's name, and nothing of the person cared for."""
    return not day.listed or consent.about is Subject.CARER


def _by_unit(found: Iterable[_Day]) -> list[ReadBy]:
    days: dict[tuple[UUID, str], dict[bool, dict[date, None]]] = {}
    for each in found:
        days.setdefault((each.unit_id, each.unit), {}).setdefault(each.listed, {})[each.day] = None
    return [
        ReadBy(unit, tuple(of_unit.get(False, ())), tuple(of_unit.get(True, ()))) for (_, unit), of_unit in days.items()
    ]
