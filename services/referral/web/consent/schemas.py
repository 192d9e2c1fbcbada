"""The shape of what systems send when a consent is withdrawn."""

from __future__ import annotations

from services.referral.domain.consent.scopes import Scope
from services.referral.web.schemas import Strict, several


class WithdrawIn(Strict):
    """Which scopes are withdrawn; none named means the whole consent."""

    scopes = several(Scope)
