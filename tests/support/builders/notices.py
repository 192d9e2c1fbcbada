"""What notifications sends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.notifications.domain.notice import Link, Notice, Parcel, Template
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from tests.support.cast import NOON


def a_parcel(template: Template = Template.NEW_REFERRAL_WAITS, **changes: Any) -> Parcel:
    """A notice of a referral, to be sent to a unit for the first time."""
    whole = Parcel(
        id=NoticeId(UUID(int=1)),
        notice=Notice(template, Link(ReferralId(UUID(int=2)))),
        unit_id=UnitId(UUID(int=3)),
        unit_known=True,
        address="enhet@example.se",
        queued_at=NOON,
        attempts=1,
    )
    return replace(whole, **changes)
