"""What has been withdrawn of the consents to a referral, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Subject
from shared.kernel.identity import UnitId


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What is withdrawn of one person's consent. ``at``, ``unit_id``: when and where the last of it was written down.

    ``unit``: that unit's name, as far as a view has looked it up.
    """

    about: Subject
    scopes: frozenset[Scope]
    at: datetime
    unit_id: UnitId
    unit: str = ""


def withdrawals_of(consents: Iterable[Consent]) -> tuple[Withdrawal, ...]:
    """What has been withdrawn, at most one for each of the two people."""
    return tuple(
        Withdrawal(
            about=consent.about,
            scopes=consent.withdrawn_scopes,
            at=consent.withdrawn_at,
            unit_id=consent.withdrawn_by.unit_id,
        )
        for consent in consents
        if consent.withdrawn_at is not None and consent.withdrawn_by is not None
    )
