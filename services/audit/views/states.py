"""How consents and referrals stand now, by what the log tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.beside_entries import ABOUT
from services.audit.domain.beside import NOT_OURS
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.pack import read_hashed
from services.audit.views.steps import Step


class ConsentStands(StrEnum):
    """``withdrawn``: wholly or in part; the log does not tell how much."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ReferralStands(StrEnum):
    """The last that was told of a referral."""

    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    FIRST_CONTACT_MADE = "first-contact-made"
    REJECTED = "rejected"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TELLS_OF = {f"referral.{each.value}.v1": each for each in ReferralStands}
"""By an event's type, how a referral stands after it."""

_WITHDRAWN = text(f"""
    select distinct subject_id from {ABOUT} join log_entries on index = entry_index
    where subject_id = any(:ids) and type = 'consent.withdrawn.v1'
""")  # noqa: S608 - our own names
_STEPS = text(f"""
    select subject_id, type, index, leaf from {ABOUT} join log_entries on index = entry_index
    where subject_id = any(:ids) and type = any(:types)
""")  # noqa: S608 - as above
_SENT = "referral.sent.v1"
# the sending is what they are listed by, and has been read already
_AFTER_SENDING = [each for each in TELLS_OF if each != _SENT]
_BEFORE_ALL_ELSE = (_SENT, "referral.opened.v1")


def of_consents(connection: Connection, given: Sequence[Step], now: datetime) -> dict[UUID, ConsentStands]:
    """By the consent's id, from the steps by which they were given."""
    ids = {UUID(step.data["consent_id"]): step for step in given}
    withdrawn = set(connection.execute(_WITHDRAWN, {"ids": list(ids)}).scalars())
    return {
        consent: ConsentStands.WITHDRAWN
        if consent in withdrawn
        else ConsentStands.EXPIRED
        if datetime.fromisoformat(step.data["expires_at"]) <= now
        else ConsentStands.GIVEN
        for consent, step in ids.items()
    }


def of_referrals(connection: Connection, sent: Sequence[Step]) -> dict[UUID, ReferralStands]:
    """By the referral's id, from the steps by which they were sent. Raises EntryIsSpoilt."""
    last: dict[UUID, tuple[tuple[int, int, int], str]] = {}
    try:
        told = [(UUID(step.data["referral_id"]), _SENT, step.index, step.data) for step in sent]
        asked = {"ids": list({subject for subject, *_ in told}), "types": _AFTER_SENDING}
        for subject, event_type, index, stored in connection.execute(_STEPS, asked):
            told.append((subject, event_type, index, read_hashed(stored)[0]["data"]))
        for subject, event_type, index, data in told:
            step = _order(event_type, index, data), event_type
            last[subject] = max(step, last.get(subject, step))
    except NOT_OURS:
        raise EntryIsSpoilt from None
    return {subject: TELLS_OF[event_type] for subject, (_, event_type) in last.items()}


def _order(event_type: str, index: int, data: Mapping[str, Any]) -> tuple[int, int, int]:
    """The version tells the order, whatever order the bus brought them in.

    An opening changes no version: it comes after the sending, and before whatever was decided at the same version.
    """
    early = _BEFORE_ALL_ELSE.index(event_type) if event_type in _BEFORE_ALL_ELSE else len(_BEFORE_ALL_ELSE)
    return int(data["version"]), early, index
