"""Everything that happens in the referral service, in the past tense. ``published.py`` decides what others hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Subject
from shared.kernel.actor import Actor
from shared.kernel.events import DomainEvent
from shared.kernel.identity import ConsentId, ReferralId, UnitId


@dataclass(frozen=True, kw_only=True)
class ReferralStep(DomainEvent):
    """Something that happened to a referral; ``version`` is the version after it."""

    referral_id: ReferralId
    version: int
    referring_unit_id: UnitId
    receiving_unit_id: UnitId
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ReferralSent(ReferralStep):
    """It went to a receiving unit. ``number``: the reference that people say to each other; random, about nobody."""

    number: str
    priority: str
    acknowledge_by: datetime
    consents: tuple[ConsentId, ...]


@dataclass(frozen=True, kw_only=True)
class ReferralOpened(ReferralStep):
    """The receiving unit read it for the first time."""


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(ReferralStep):
    """The receiving unit took it on."""


@dataclass(frozen=True, kw_only=True)
class FirstContactMade(ReferralStep):
    """The receiving unit has been in touch with the carer for the first time."""


@dataclass(frozen=True, kw_only=True)
class ReferralRejected(ReferralStep):
    """The receiving unit declined it."""


@dataclass(frozen=True, kw_only=True)
class ReferralCompleted(ReferralStep):
    """The receiving unit closed it with an outcome."""


@dataclass(frozen=True, kw_only=True)
class ReferralCancelled(ReferralStep):
    """The referrer took it back, or the carer's consent was withdrawn before it was accepted."""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(DomainEvent):
    """A consent was recorded."""

    consent_id: ConsentId
    referral_id: ReferralId
    about: Subject
    recipient_unit_id: UnitId
    scopes: tuple[str, ...]
    expires_at: datetime
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(DomainEvent):
    """A consent, or part of it (``scopes``), was withdrawn, and what it covered was sealed."""

    consent_id: ConsentId
    referral_id: ReferralId
    about: Subject
    scopes: frozenset[Scope]
    referring_unit_id: UnitId
    receiving_unit_id: UnitId
    version: int
    by: Actor
