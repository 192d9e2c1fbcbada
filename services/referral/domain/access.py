"""The record of a reading, or of an attempt: who, when, what, by which rule, relying on which consents.

HSLF-FS 2016:40 4:9 asks for action, unit, time, user and subject. It is written in the transaction that authorises the
read; a refusal commits its own. A list makes one record that names every id shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId


class Outcome(StrEnum):
    """Whether the reading was allowed."""

    ALLOWED = "allowed"
    REFUSED = "refused"


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


@dataclass(frozen=True, kw_only=True)
class Access:
    """One access record. ``action``: read | list | attempt.<action>; ``record_kind``: what was shown."""

    access_id: UUID
    action: str
    outcome: Outcome
    rule: str
    purpose: Purpose
    by: Actor
    record_kind: str
    subjects: tuple[UUID, ...]
    consents: tuple[ConsentId, ...] = ()
    occurred_at: datetime
