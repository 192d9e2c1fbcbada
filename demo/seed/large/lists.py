"""Views of work lists: which referrals a unit's list showed, and under which consents."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime
from uuid import UUID

from demo.seed.ids import UNIT
from demo.seed.large.desk import Desk
from demo.seed.staff import member_of
from services.referral.domain.access import Purpose, look_at_list
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral
from services.referral.views.lines import RULE
from services.referral.views.worklist import PAGE
from shared.access.record import record_access
from shared.kernel.identity import ConsentId

BUSIEST = "advice-sodermalm"
HALF = 0.5
RECEIVERS = tuple(slug for slug in UNIT if slug.startswith("advice-"))


class Lists:
    """Remembers the last that each unit received, as a list of its open ones has them; the first of all stays."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk = desk
        self._chance = chance
        self._lines: defaultdict[UUID, list[Referral]] = defaultdict(list)
        self._owed = 0.0

    def note(self, referral: Referral) -> None:
        """Put a new referral in its unit's list; the oldest but for the first goes out."""
        lines = self._lines[referral.receiving_unit_id]
        lines.append(referral)
        if len(lines) > PAGE:
            del lines[1]

    def how_many(self, for_each: float) -> int:
        """How often a list is looked at now, if it is so often in the mean."""
        self._owed += for_each
        whole = int(self._owed)
        self._owed -= whole
        return whole

    def show(self, at: datetime) -> None:
        """Somebody looks at their unit's list: one record that names all that it shows."""
        slug = BUSIEST if self._chance.random() < HALF else self._chance.choice(RECEIVERS)
        lines = self._lines[UNIT[slug]]
        if not lines:
            return
        self._desk.clock.move_to(at)
        actor = member_of(slug)
        with self._desk.unit_of_work(actor) as uow:
            consents = tuple(sorted(consent for each in lines if (consent := _relied_on(each, at)) is not None))
            look = look_at_list((each.id for each in lines), RULE, Purpose.SUPPORT_TO_CARER, consents=consents)
            record_access(look, actor, uow)
            uow.commit()


def _relied_on(referral: Referral, at: datetime) -> ConsentId | None:
    """The consent under which a list shows the carer's name at a moment, if it does; its story is told to the end."""
    consent = referral.consent_of(Subject.CARER)
    if consent is None or referral.protected_identity or consent.expires_at <= at:
        return None
    return consent.id if consent.withdrawn_at is None or consent.withdrawn_at > at else None
