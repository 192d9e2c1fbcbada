"""The shape of what systems send with a step."""

from __future__ import annotations

from services.referral.web.schemas import Strict, code, several, slugs, text


class RejectIn(Strict):
    """Why it is declined."""

    reason = code(slugs("reject-reasons"), required=True)
    comment = text()


class CancelIn(Strict):
    """Why it is taken back."""

    reason = code(slugs("cancel-reasons"), required=True)
    comment = text()


class CompleteIn(Strict):
    """How it ended, and what could not be met."""

    reason = code(slugs("outcomes"), required=True)
    comment = text()
    unmet_needs = several(slugs("unmet-needs"))
