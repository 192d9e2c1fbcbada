"""Who a draft's referral goes to, and who stands in there: what the carer is to be told before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.propose_route import Proposal, ProposeRoute, propose_route
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.people import Subject
from services.referral.domain.places import known_as
from services.referral.domain.refusals import ReceiverIsCivilSociety, UnitCannotReceive
from services.referral.domain.routing import ReceivingUnit
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.web.i18n.other_language import put_into, with_lang


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
            return put_into(
                _(
                    "Before you send, tell the one who gives support that the referral goes to %(unit)s, and to "
                    "%(other)s, which stands in for it."
                ),
                unit=with_lang(self.name),
                other=with_lang(self.stand_in),
            )
        alone = _("Before you send, tell the one who gives support that the referral goes to %(unit)s.")
        return put_into(alone, unit=with_lang(self.name))


def receiver_of(draft: WrittenDraft, actor: Actor, uow: ReferralUnitOfWork) -> Receiver:
    """The receiver of a draft; without a unit when the chosen one takes no more. Raises NoReceiverIsKnown."""
    chosen = draft.receiver.chosen if draft.receiver else None
    asked = ProposeRoute(situation=draft.routed_by(swedish_day(uow.clock.now())), chosen_unit_id=chosen)
    if chosen is None:
        proposal = propose_route(asked, actor, uow)
        return _receiver(proposal, reason_of(proposal), draft)
    reason = _("Chosen together with the one who gives support.")
    try:
        proposal = propose_route(asked, actor, uow)
    except (UnitCannotReceive, ReceiverIsCivilSociety):
        return Receiver(None, "", reason)
    return _receiver(proposal, reason, draft)


def _receiver(proposal: Proposal, reason: str, draft: WrittenDraft) -> Receiver:
    area, unit = draft.expect_carer().area, proposal.unit
    named = draft.named(Subject.CARER)
    return Receiver(
        unit,
        stand_in_of(proposal, area),
        reason,
        was_named=bool(draft.not_named_for(unit)) or (named is not None and named.unit_id is not None),
        named_by=proposal.route.stand_in_named_by or "",
    )


def stand_in_of(proposal: Proposal, area: str) -> str:
    """The unit that stands in, as the carer is told of it; empty when there is none, or none heard of yet."""
    return known_as(proposal.stand_in, area) if proposal.stand_in else ""


def reason_of(proposal: Proposal) -> str:
    """Why this unit: ours is a key into the catalogue, a rule's is the municipality's own words, shown as they are."""
    said: str = _(proposal.route.reason) if proposal.is_default else with_lang(proposal.route.reason)
    return said
