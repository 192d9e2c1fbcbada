"""Who a draft's referral goes to, and who stands in there: what the carer is to be told before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.propose_route import Proposal, propose_route
from services.referral.domain.people import Subject
from services.referral.domain.refusals import ReceiverIsCivilSociety, UnitCannotReceive
from services.referral.domain.routing import ReceivingUnit
from services.referral.web.draft.answers import route_from
from services.referral.web.draft.new_yes import named_in, not_named_for
from services.referral.web.draft.steps import reason_of, stand_in_of
from shared.kernel.actor import Actor
from shared.kernel.identity import UnitId


@dataclass(frozen=True)
class Receiver:
    """The receiving unit, the name of the one that stands in for it (empty: none), and why it is that unit.

    ``unit``: None when the chosen one takes no more. ``was_named``: whether a text that was read out named the unit.
    ``named_by``: a code of NamedBy, of the one that stands in.
    """

    unit: ReceivingUnit | None
    stand_in: str
    reason: str
    was_named: bool = False
    named_by: str = ""

    @property
    def name(self) -> str:
        """What the unit is called; empty without one."""
        return self.unit.name if self.unit else ""

    def tell(self) -> str:
        """A reminder, with nothing to fill in, where the text that was read out named a place: here are the units.

        The units are in that place, so the consent covers them and no answer is asked for.
        """
        if self.was_named:
            return ""
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
        return _receiver(proposal, reason_of(proposal), answers)
    together = _("Chosen together with the one who gives support.")
    try:
        proposal = propose_route(replace(asked, chosen_unit_id=UnitId(UUID(answer["other_unit"]))), actor, uow)
    except (UnitCannotReceive, ReceiverIsCivilSociety):
        return Receiver(None, "", together)
    return _receiver(proposal, together, answers)


def _receiver(proposal: Proposal, reason: str, answers: dict[str, Any]) -> Receiver:
    named = named_in(answers, Subject.CARER)
    by_name = bool(not_named_for(answers, proposal.unit)) or (named is not None and named.unit_id is not None)
    by = proposal.route.stand_in_named_by or ""
    return Receiver(proposal.unit, stand_in_of(proposal, str(answers["carer"]["area"])), reason, by_name, by)
