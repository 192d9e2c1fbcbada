"""Lets an actor through to a referral, or records the attempt and answers as for an unknown id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn
from uuid import UUID

from services.referral.domain.access import Access, Outcome, Purpose, Shown
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.permissions import Relation, may_know_of, permitted
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from services.referral.domain.refusals import ActionIsNotYours
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId, ReferralId, uuid7
from shared.kernel.refusals import NotThere, Refusal


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
        refuse(action, (referral_id,), "role-or-unit-may-not", actor, uow, ActionIsNotYours())
    return referral


def known_to(action: Action, referral: Referral | None, asked: ReferralId, actor: Actor, uow: Work) -> Referral:
    """The referral, if its existence is for the actor to know. Raises NotThere and records the attempt."""
    if referral is None or not may_know_of(actor.role, referral.relation_to(actor), referral.state):
        refuse(action, (asked,), "no-relation-to-referral", actor, uow, NotThere())
    return referral


def refuse(
    action: Action,
    subjects: tuple[UUID, ...],
    rule: str,
    actor: Actor,
    uow: Work,
    refusal: Refusal,
    record_kind: str = "referral",
) -> NoReturn:
    """Undo everything, commit the record of the attempt by itself, and raise the refusal."""
    uow.rollback()
    uow.record_access(
        Access(
            access_id=uuid7(),
            action=f"attempt.{action}",
            outcome=Outcome.REFUSED,
            rule=rule,
            purpose=Purpose.UNKNOWN,
            by=actor,
            record_kind=record_kind,
            subjects=subjects,
            occurred_at=uow.clock.now(),
        )
    )
    uow.commit()
    raise refusal


def record_reading(
    referral: Referral, actor: Actor, uow: Work, shown: Shown, *, consents: tuple[ConsentId, ...] = ()
) -> None:
    """Record what the actor is shown of a referral, in the transaction that allows it. ``consents``: relied on."""
    relation = referral.relation_to(actor)
    uow.record_access(
        Access(
            access_id=uuid7(),
            action="read",
            outcome=Outcome.ALLOWED,
            rule=relation.value,
            purpose=purpose_of(relation),
            by=actor,
            record_kind=shown.value,
            subjects=(referral.id,),
            consents=consents,
            occurred_at=uow.clock.now(),
        )
    )


def record_draft_reading(draft_ids: Iterable[UUID], actor: Actor, uow: Work, *, action: str = "read") -> None:
    """Record that the actor is shown drafts of their own, in the transaction that shows them."""
    uow.record_access(
        Access(
            access_id=uuid7(),
            action=action,
            outcome=Outcome.ALLOWED,
            rule=Relation.AUTHOR.value,
            purpose=Purpose.WRITE_REFERRAL,
            by=actor,
            record_kind="draft",
            subjects=tuple(draft_ids),
            occurred_at=uow.clock.now(),
        )
    )


def purpose_of(relation: Relation) -> Purpose:
    """What a reading in this relation is for."""
    return Purpose.FOLLOW_OWN_REFERRAL if relation is Relation.REFERRING_UNIT else Purpose.SUPPORT_TO_CARER


def _would_be_theirs(action: Action, referral: Referral, actor: Actor) -> bool:
    """Whether the same actor could take the action in another state."""
    relation = referral.relation_to(actor)
    return any(permitted(actor.role, relation, state, action) for state in State)
