"""How consents and referrals stand now, by what the log tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.beside_entries import ABOUT
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.entry import LeafIsWrong, read_leaf
from services.audit.log.packing import unpack
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
_BEFORE_ALL_ELSE = ("referral.sent.v1", "referral.opened.v1")


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


def of_referrals(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ReferralStands]:
    """By the referral's id; one that the log tells no step of is absent. Raises EntryIsSpoilt."""
    last: dict[UUID, tuple[tuple[int, int, int], str]] = {}
    for row in connection.execute(_STEPS, {"ids": list(ids), "types": list(TELLS_OF)}):
        step = _order(row.type, row.index, row.leaf), row.type
        last[row.subject_id] = max(step, last.get(row.subject_id, step))
    return {subject: TELLS_OF[event_type] for subject, (_, event_type) in last.items()}


def _order(event_type: str, index: int, stored: bytes) -> tuple[int, int, int]:
    """The version tells the order, whatever order the bus brought them in.

    An opening changes no version: it comes after the sending, and before whatever was decided at the same version.
    """
    try:
        version = int(read_leaf(unpack(stored))["data"]["version"])
    except (LeafIsWrong, ValueError, TypeError, KeyError):
        raise EntryIsSpoilt from None
    early = _BEFORE_ALL_ELSE.index(event_type) if event_type in _BEFORE_ALL_ELSE else len(_BEFORE_ALL_ELSE)
    return version, early, index
