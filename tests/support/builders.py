"""What tests fill into referrals and consents."""

from __future__ import annotations

from datetime import UTC, datetime

from services.referral.domain.consent.texts import consent_text
from services.referral.domain.people import Subject
from shared.kernel.clock import swedish_day


def todays_text(about: Subject) -> str:
    """The version of the text to be read out today, for products whose clock is this machine's."""
    return consent_text(about, swedish_day(datetime.now(UTC))).version
