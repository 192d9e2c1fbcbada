"""How the referral service keeps forms that came after their sender's session: what they are about, who is refused."""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from services.referral.bootstrap import Parts
from services.referral.commands.admission import refuse
from services.referral.domain.lifecycle import Action
from shared.kernel.actor import Actor
from shared.kernel.translation import says
from shared.storage.held_forms import HeldForms
from shared.storage.lapsed_forms import LapsedForms
from shared.web.lapsed_forms import FormIsNotKept, Keeping

KINDS = {
    "draft.begin": says("The form is the first step of a new referral."),
    "draft.step": says("The form is a step of a new referral."),
    "draft.discard": says("The form throws a draft away."),
    "draft.send": says("The form sends a referral."),
    "step.accept": says("The form accepts a referral."),
    "step.first_contact": says("The form notes the first contact."),
    "step.reject": says("The form declines a referral."),
    "step.complete": says("The form closes a referral."),
    "step.cancel": says("The form takes a referral back."),
    "consent.withdraw": says("The form withdraws a consent."),
}


def keeping(parts: Parts) -> Keeping:
    """Sealed under the service's own master key."""

    def refused(actor: Actor, form_id: UUID, refusal: FormIsNotKept) -> NoReturn:
        with parts.unit_of_work(actor) as uow:
            refuse(Action.OPEN, (form_id,), refusal.slug, actor, uow, refusal, record_kind="lapsed-form")

    master = parts.opening.master
    return Keeping(LapsedForms(parts.engine, master), HeldForms(parts.engine, master), KINDS, refused)
