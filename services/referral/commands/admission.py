"""Lets an actor through to a referral, or records the attempt and answers as for an unknown id."""

from __future__ import annotations

from services.referral.domain.access import attempt
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import may_know_of, permitted
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from services.referral.domain.refusals import ActionIsNotYours
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import NotThere


def admit_to_change(action: Action, referral_id: ReferralId, expected: int | None, actor: Actor, uow: Work) -> Referral:
    """The referral, locked, if the actor may take this action on it now.

    Raises NotThere (the attempt is recorded), ActionIsNotYours (recorded too), NotInThisState or what the referral says
    in its place (``why_not_now``), VersionHasMoved.
    """
    referral = known_to(action, uow.referrals.lock(referral_id), referral_id, actor, uow)
    if expected is not None:
        referral.expect_version(expected, referral.relation_to(actor), uow.clock.now())
    if not permitted(actor.role, referral.relation_to(actor), referral.state, action):
        if _would_be_theirs(action, referral, actor):
            raise referral.why_not_now(action)
        refuse(attempt(action, (referral_id,), "role-or-unit-may-not", ActionIsNotYours()), actor, uow)
    return referral


def known_to(action: Action, referral: Referral | None, asked: ReferralId, actor: Actor, uow: Work) -> Referral:
    """The referral, if its existence is for the actor to know. Raises NotThere and records the attempt."""
    if referral is None or not may_know_of(actor.role, referral.relation_to(actor), referral.state):
        refuse(attempt(action, (asked,), "no-relation-to-referral", NotThere()), actor, uow)
    return referral


def _would_be_theirs(action: Action, referral: Referral, actor: Actor) -> bool:
    """Whether the same actor could take the action in another state."""
    relation = referral.relation_to(actor)
    return any(permitted(actor.role, relation, state, action) for state in State)
