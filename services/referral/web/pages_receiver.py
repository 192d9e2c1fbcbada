"""Who a draft's referral goes to, and who stands in there: what the carer is to be told before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.propose_route import propose_route
from services.referral.domain.refusals import ReceiverIsCivilSociety, UnitCannotReceive
from services.referral.web.pages_answers import route_from
from services.referral.web.pages_steps import reason_of, stand_in_of
from shared.kernel.actor import Actor
from shared.kernel.identity import UnitId


@dataclass(frozen=True)
class Receiver:
    """The names of the receiving unit and of the one that stands in for it (empty: none), and why it is that unit."""

    name: str
    stand_in: str
    reason: str

    def tell(self) -> str:
        """A reminder, with nothing to fill in: the text that was read out named the carer support, here are the units.

        The consent rests on that text, so no answer is asked for.
        """
        if self.stand_in:
            return _(
                "Before you send, tell the one who gives support that the referral goes to %(unit)s, and to %(other)s, "
                "which stands in for it.",
                unit=self.name,
                other=self.stand_in,
            )
        return _("Before you send, tell the one who gives support that the referral goes to %(unit)s.", unit=self.name)


def receiver_of(answers: dict[str, Any], actor: Actor, uow: ReferralUnitOfWork) -> Receiver:
    """The receiver of a draft; without a name when the chosen unit takes no more. Raises NoReceiverIsKnown."""
    asked, answer = route_from(answers), answers["receiver"]
    if answer["unit"] == "proposed":
        proposal = propose_route(asked, actor, uow)
        return Receiver(proposal.unit.name, stand_in_of(proposal, asked.area), reason_of(proposal))
    together = _("Chosen together with the one who gives support.")
    try:
        proposal = propose_route(replace(asked, chosen_unit_id=UnitId(UUID(answer["other_unit"]))), actor, uow)
    except (UnitCannotReceive, ReceiverIsCivilSociety):
        return Receiver("", "", together)
    return Receiver(proposal.unit.name, stand_in_of(proposal, asked.area), together)
