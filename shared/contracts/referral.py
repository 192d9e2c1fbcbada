"""What the referral service tells. Random identifiers and step codes only: never group, reason or partner.

``version`` is the referral's version after the change; a reaction uses it to tolerate disorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class _ReferralStep(Contract):
    publisher: ClassVar[str] = "referral"

    referral_id: UUID
    version: int
    referring_unit_id: UUID
    receiving_unit_id: UUID
    issuer: str
    subject: str
    assignment_id: UUID
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReferralSent(_ReferralStep):
    """A referral was sent to a receiving unit. ``acknowledge_by``: when the first answer is promised.

    ``number``: the reference that people say to each other; as random as the identifier.
    """

    event_type: ClassVar[str] = "referral.sent.v1"

    number: str
    priority: str
    acknowledge_by: datetime
    consents: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ReferralOpened(_ReferralStep):
    """The receiving unit opened the referral for the first time."""

    event_type: ClassVar[str] = "referral.opened.v1"


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(_ReferralStep):
    """The receiving unit accepted the referral."""

    event_type: ClassVar[str] = "referral.accepted.v1"


@dataclass(frozen=True, kw_only=True)
class FirstContactMade(_ReferralStep):
    """The receiving unit noted that it has been in touch with the carer for the first time; only once per referral."""

    event_type: ClassVar[str] = "referral.first-contact-made.v1"


@dataclass(frozen=True, kw_only=True)
class ReferralRejected(_ReferralStep):
    """The receiving unit declined the referral."""

    event_type: ClassVar[str] = "referral.rejected.v1"


@dataclass(frozen=True, kw_only=True)
class ReferralCompleted(_ReferralStep):
    """The receiving unit closed the referral with an outcome."""

    event_type: ClassVar[str] = "referral.completed.v1"


@dataclass(frozen=True, kw_only=True)
class ReferralCancelled(_ReferralStep):
    """The referral was cancelled, by the referrer or because consent was withdrawn."""

    event_type: ClassVar[str] = "referral.cancelled.v1"


@dataclass(frozen=True, kw_only=True)
class _ConsentStep(Contract):
    publisher: ClassVar[str] = "referral"

    consent_id: UUID
    referral_id: UUID
    about: str
    issuer: str
    subject: str
    assignment_id: UUID
    unit_id: UUID
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(_ConsentStep):
    """A consent was recorded. ``about``: carer | person-cared-for. ``scopes``: the codes answered yes to."""

    event_type: ClassVar[str] = "consent.given.v1"

    recipient_unit_id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(_ConsentStep):
    """A consent was withdrawn; what it covered is sealed.

    ``scopes``: what was withdrawn by this act; not told by events until 0.1.
    """

    event_type: ClassVar[str] = "consent.withdrawn.v1"

    referring_unit_id: UUID
    receiving_unit_id: UUID
    version: int
    scopes: tuple[str, ...] | None = None
