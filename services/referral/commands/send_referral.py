"""A referrer sends a referral to the receiving unit, with the consents that allow it."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.referral.commands.propose_route import ProposeRoute, receiver
from services.referral.domain.access import attempt
from services.referral.domain.clocks import promises
from services.referral.domain.filled_draft import FilledDraft
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from services.referral.domain.refusals import ActionIsNotYours, DraftIsGone
from services.referral.domain.send import record_consents, send
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ReferralId, uuid7


@dataclass(frozen=True, kw_only=True)
class SendReferral:
    """What the referrer has filled in, on pages or by a system. Where it is a kept draft, that then ceases to be."""

    draft: FilledDraft = field(repr=False)


def send_referral(command: SendReferral, actor: Actor, uow: Work) -> Referral:
    """Send it. Raises DraftIsGone, ConsentIsMissing, PersonCaredForHasNotConsented, RecipientWasNotNamed and other
    refusals below Invalid.

    A draft is sent once: whoever finds it gone, sent or not, has it refused (recorded), and nothing is written.
    """
    draft, now = command.draft, uow.clock.now()
    if not permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.SEND):
        refuse(attempt(Action.SEND, (), "role-may-not", ActionIsNotYours()), actor, uow)
    draft.check(now)
    carer, need, _, _, receiving = draft.expect_steps()
    asked = ProposeRoute(situation=draft.routed_by(swedish_day(now)), chosen_unit_id=receiving.chosen)
    route, unit = receiver(asked, uow)
    referral_id = ReferralId(uuid7())
    given = draft.consents_to(unit, now)
    consents = record_consents(given, referral_id, unit.id, route.stand_in_unit_id, by=actor, at=now)
    contact = carer.carer.safe_contact
    referral = send(
        referral_id=referral_id,
        priority=need.priority,
        receiving_unit_id=route.unit_id,
        stand_in_unit_id=consents[0].stand_in_unit_id,
        protected_identity=carer.carer.protected_identity,
        promises=promises(need.priority, now, uow.calendar, reaches_out=not contact.do_not_reach_out),
        consents=consents,
        by=actor,
        at=now,
    )
    # after all that may be wrong with the answers: a draft with a mistake in it stays to be put right
    if draft.id is not None and not uow.drafts.discard(draft.id):
        refuse(attempt(Action.SEND, (draft.id,), "not-the-author", DraftIsGone(), "draft"), actor, uow)
    stand_in_named_by = (route.stand_in_named_by or "") if referral.stand_in_unit_id else ""
    uow.referrals.add(referral, draft.content(route.reason, stand_in_named_by))
    uow.record(*referral.events)
    return referral
