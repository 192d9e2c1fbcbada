"""What is recorded of those who look at referrals and drafts, and of those who try to; ``shared.access`` records it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from services.referral.domain.lifecycle import Action
from services.referral.domain.permissions import Relation
from services.referral.domain.referral import Referral
from shared.access.access import Attempt, Look
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId
from shared.kernel.refusals import Refusal


class Shown(StrEnum):
    """What a reading of a referral shows: the log says that, no more and no less."""

    CONTENT = "referral"
    RECEIPT = "referral-receipt"
    # for a step, without content
    FORM = "referral-form"
    # how the consents stand, and who has read under them
    CONSENTS = "referral-consents"
    # how far it has come, for a system that asks again
    STATE = "referral-state"


class Purpose(StrEnum):
    """What the reading is for."""

    SUPPORT_TO_CARER = "support-to-carer"
    FOLLOW_OWN_REFERRAL = "follow-own-referral"
    WRITE_REFERRAL = "write-referral"
    UNKNOWN = "unknown"


def purpose_of(relation: Relation) -> Purpose:
    """What a reading in this relation is for."""
    return Purpose.FOLLOW_OWN_REFERRAL if relation is Relation.REFERRING_UNIT else Purpose.SUPPORT_TO_CARER


def look_at(referral: Referral, actor: Actor, shown: Shown, *, consents: tuple[ConsentId, ...] = ()) -> Look:
    """What the actor is shown of a referral. ``consents``: relied on."""
    relation = referral.relation_to(actor)
    return Look(
        action="read",
        record_kind=shown,
        subjects=(referral.id,),
        rule=relation,
        purpose=purpose_of(relation),
        consents=consents,
    )


def look_at_list(
    referral_ids: Iterable[UUID], rule: str, purpose: Purpose, *, consents: tuple[ConsentId, ...] = ()
) -> Look:
    """A list of referrals: one record that names all that it shows. ``consents``: relied on."""
    shown = tuple(referral_ids)
    return Look(action="list", record_kind="referral", subjects=shown, rule=rule, purpose=purpose, consents=consents)


def look_at_drafts(draft_ids: Iterable[UUID], *, action: str = "read") -> Look:
    """Drafts that their author is shown."""
    return Look(
        action=action,
        record_kind="draft",
        subjects=tuple(draft_ids),
        rule=Relation.AUTHOR,
        purpose=Purpose.WRITE_REFERRAL,
    )


def attempt(
    action: Action, subjects: tuple[UUID, ...], rule: str, refusal: Refusal, record_kind: str = "referral"
) -> Attempt:
    """An action that was tried, and the rule that it is refused by."""
    return Attempt(
        action=action,
        record_kind=record_kind,
        subjects=subjects,
        purpose=Purpose.UNKNOWN,
        refusal=refusal,
        rule=rule,
    )
