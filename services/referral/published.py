"""The only window outwards: domain event → public contract. Identifiers and codes pass here, personal data never."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from services.referral.domain import events
from shared.contracts import referral as contracts
from shared.contracts.contract import Contract
from shared.kernel.events import DomainEvent

STEPS: dict[type[events.ReferralStep], Callable[..., Contract]] = {
    events.ReferralOpened: contracts.ReferralOpened,
    events.ReferralAccepted: contracts.ReferralAccepted,
    events.FirstContactMade: contracts.FirstContactMade,
    events.ReferralRejected: contracts.ReferralRejected,
    events.ReferralCompleted: contracts.ReferralCompleted,
    events.ReferralCancelled: contracts.ReferralCancelled,
}


@singledispatch
def published(event: DomainEvent) -> Contract | None:
    """What the others hear of a domain event; None for what is nobody else's business."""
    return None


@published.register
def _(event: events.ReferralSent) -> Contract:
    return contracts.ReferralSent(
        referral_id=event.referral_id,
        version=event.version,
        referring_unit_id=event.referring_unit_id,
        receiving_unit_id=event.receiving_unit_id,
        issuer=event.by.user.issuer,
        subject=event.by.user.subject,
        assignment_id=event.by.assignment_id,
        occurred_at=event.occurred_at,
        number=event.number,
        priority=event.priority,
        acknowledge_by=event.acknowledge_by,
        consents=event.consents,
    )


@published.register
def _(event: events.ReferralStep) -> Contract:
    return STEPS[type(event)](
        referral_id=event.referral_id,
        version=event.version,
        referring_unit_id=event.referring_unit_id,
        receiving_unit_id=event.receiving_unit_id,
        issuer=event.by.user.issuer,
        subject=event.by.user.subject,
        assignment_id=event.by.assignment_id,
        occurred_at=event.occurred_at,
    )


@published.register
def _(event: events.ConsentGiven) -> Contract:
    return contracts.ConsentGiven(
        consent_id=event.consent_id,
        referral_id=event.referral_id,
        about=event.about.value,
        issuer=event.by.user.issuer,
        subject=event.by.user.subject,
        assignment_id=event.by.assignment_id,
        unit_id=event.by.unit_id,
        occurred_at=event.occurred_at,
        recipient_unit_id=event.recipient_unit_id,
        scopes=event.scopes,
        expires_at=event.expires_at,
    )


@published.register
def _(event: events.ConsentWithdrawn) -> Contract:
    return contracts.ConsentWithdrawn(
        consent_id=event.consent_id,
        referral_id=event.referral_id,
        about=event.about.value,
        issuer=event.by.user.issuer,
        subject=event.by.user.subject,
        assignment_id=event.by.assignment_id,
        unit_id=event.by.unit_id,
        occurred_at=event.occurred_at,
        referring_unit_id=event.referring_unit_id,
        receiving_unit_id=event.receiving_unit_id,
        version=event.version,
        scopes=tuple(sorted(scope.value for scope in event.scopes)),
    )
