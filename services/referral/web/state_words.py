"""What is said of where a referral stands, and of the stages that it has passed."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from services.referral.domain.lifecycle import stages
from services.referral.web.steps import OFFERS
from services.referral.web.words import Words

STATES: Words = {
    "draft": _("Draft"),
    "requested": _("Waiting for an answer"),
    "accepted": _("Accepted"),
    "rejected": _("Declined"),
    "in-progress": _("In progress"),
    "on-hold": _("On hold"),
    "completed": _("Closed"),
    "failed": _("Could not be carried out"),
    "cancelled": _("Cancelled"),
    "entered-in-error": _("Entered in error"),
}

STATE_COLOURS: Mapping[str, str] = {
    "draft": "neutral",
    "requested": "warning",
    "accepted": "info",
    "rejected": "danger",
    "in-progress": "info",
    "on-hold": "neutral",
    "completed": "success",
    "failed": "danger",
    "cancelled": "neutral",
    "entered-in-error": "neutral",
}

SHOWN_TO_FEW: Words = {"delivered": _("Delivered"), "closed": _("Closed")}

STAGES: Words = {
    "sent": _("Sent on"),
    "delivered": _("Delivered"),
    "opened": _("Opened"),
    **{stage.value: OFFERS[action].passed for action, stage in stages().items() if action in OFFERS},
    "closed": _("Closed"),
    "withdrawn": _("Withdrawal recorded"),
}


def shown_state(state: str) -> tuple[str, str]:
    """A state as its reader may know it: its words and its colour."""
    if state in SHOWN_TO_FEW:
        return str(SHOWN_TO_FEW[state]), "neutral"
    return str(STATES[state]), STATE_COLOURS[state]
