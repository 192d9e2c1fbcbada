"""How the referral service holds forms: what one is about that came after its session, and who is refused it."""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from services.referral.bootstrap import Parts
from services.referral.domain.access import attempt
from services.referral.domain.lifecycle import Action
from services.referral.web.steps import OFFERS, view_of
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.translation import says
from shared.storage.held_forms import FormStore
from shared.web.forms.store import FormIsNotKept, Keeping

STEP_FORMS = {view_of(action): offer.late for action, offer in OFFERS.items()}
KINDS = {
    "draft.begin": says("The form is the first step of a new referral."),
    "draft.step": says("The form is a step of a new referral."),
    "draft.discard": says("The form throws a draft away."),
    "draft.send": says("The form sends a referral."),
    **{f"step.{view}": late for view, late in STEP_FORMS.items()},
    # its name before 0.2, which goes with 0.3
    "step.first_contact": STEP_FORMS["start"],
    "consent.withdraw": says("The form withdraws a consent."),
}


def keeping(parts: Parts) -> Keeping:
    """Sealed under the service's own master key."""

    def refused(actor: Actor, form_id: UUID, refusal: FormIsNotKept) -> NoReturn:
        with parts.unit_of_work(actor) as uow:
            refuse(attempt(Action.OPEN, (form_id,), refusal.slug, refusal, "lapsed-form"), actor, uow)

    return Keeping(FormStore(parts.engine, parts.opening.master), KINDS, refused)
