"""One referral's page: the opened referral with the names of its units. The command records the opening."""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.open_referral import OpenedReferral, OpenReferral, open_referral
from services.referral.domain.access import Shown
from services.referral.views.timeline import Mark, timeline
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.storage.staff import Unit, find_unit


@dataclass(frozen=True)
class ReferralPage:
    """What the page shows. A unit that this service has not heard of is None."""

    opened: OpenedReferral
    track: list[Mark]
    referring: Unit | None
    receiving: Unit | None
    stand_in: Unit | None


def referral_page(
    referral_id: ReferralId, actor: Actor, uow: ReferralUnitOfWork, *, shown: Shown = Shown.CONTENT
) -> ReferralPage:
    """Open a referral for its page, and record it. Raises NotThere, with the attempt recorded."""
    opened = open_referral(OpenReferral(referral_id=referral_id, shown=shown), actor, uow)
    referral = opened.referral
    stand_in = referral.stand_in_unit_id
    return ReferralPage(
        opened,
        timeline(opened),
        find_unit(uow.connection, referral.referring_unit_id),
        find_unit(uow.connection, referral.receiving_unit_id),
        find_unit(uow.connection, stand_in) if stand_in else None,
    )
