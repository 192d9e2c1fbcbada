"""How consents and referrals stand now, by what the log tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text

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

_WITHDRAWN = text("""
    select distinct subject_id from log_about join log_entries on index = entry_index
    where subject_id = any(:ids) and type = 'consent.withdrawn.v1'
""")
# the version tells the order, whatever order the bus brought them in. An opening changes no version: it comes after
# the sending, and before whatever was decided at the same version
_LAST = text("""
    select distinct on (subject_id) subject_id, type from (
        select subject_id, type, index, (convert_from(leaf, 'UTF8')::jsonb -> 'data' ->> 'version')::int as version
        from log_about join log_entries on index = entry_index where subject_id = any(:ids) and type = any(:types)
    ) as steps
    order by subject_id, version desc, array_position(cast(:first as text[]), type) nulls first, index desc
""")
_BEFORE_ALL_ELSE = ["referral.opened.v1", "referral.sent.v1"]


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
    """By the referral's id; one that the log tells no step of is absent."""
    asked = {"ids": list(ids), "types": list(TELLS_OF), "first": _BEFORE_ALL_ELSE}
    return {row.subject_id: TELLS_OF[row.type] for row in connection.execute(_LAST, asked)}
