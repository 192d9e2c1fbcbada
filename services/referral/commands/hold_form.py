"""What was typed in a step's form that has not gone through: held for its writer alone, sealed, for an hour.

It is found again at the form's own page, whichever session its writer has by then. One is held for each form, writer
and unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from services.referral.domain.consent.consent import Consent
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from shared.kernel.actor import Actor
from shared.kernel.held_form import FormIsTooLarge, FormIsUnreadable, HeldForm, Reason, Writer
from shared.kernel.identity import ReferralId

_NAMESPACE = UUID("6f1d3c52-6f0e-5c5c-9d51-3a9f4f1f6d11")
# what a form lay under that was held before 0.2, among the drafts; it waits for an hour, and goes with 0.3
_ONCE_UNDER = "refused-form"


@dataclass(frozen=True, kw_only=True)
class StepForm:
    """A form's values as typed, what was wrong with them, and the version they were written from.

    ``version`` None: the referral has changed since, so whoever goes on does so from how it stands then.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    errors: Mapping[str, str] = field(default_factory=dict, repr=False)
    version: int | None = None


def hold_form(action: Action, referral_id: ReferralId, reason: Reason, form: StepForm, actor: Actor, uow: Work) -> None:
    """Hold it. Only for somebody who has been let through to the referral. Of too much only what was wrong is held.

    Of too much that was wrong, which only a form that is none of ours can have, nothing of that is held either.
    """
    typed = {"values": dict(form.values), "errors": dict(form.errors), "version": form.version}
    held = HeldForm.now(reason, typed, uow.clock.now(), _place(action, referral_id, actor))
    writer = Writer(actor.user, actor.unit_id)
    for left_out in ((), ("values",), ("values", "errors")):
        try:
            uow.held_forms.hold(replace(held, typed={**typed, **{name: {} for name in left_out}}), writer)
        except FormIsTooLarge:
            continue
        return


def held_form(
    action: Action, referral_id: ReferralId, actor: Actor, uow: Work, *, consents: Iterable[Consent]
) -> StepForm | None:
    """What the actor had typed, if it is still held. What was typed before a consent was withdrawn is not: it may say
    what may no longer be read.
    """
    try:
        held = uow.held_forms.find(_place(action, referral_id, actor), uow.clock.now())
    except FormIsUnreadable:
        # the form is shown empty, as if nothing had been held
        return None
    withdrawn = [consent.withdrawn_at for consent in consents if consent.withdrawn_at is not None]
    if held is None or any(at >= held.held_at for at in withdrawn):
        return None
    return StepForm(**held.typed.get(_ONCE_UNDER, held.typed))


def let_go_of_form(action: Action, referral_id: ReferralId, actor: Actor, uow: Work) -> None:
    """Remove it and its key: the form went through."""
    uow.held_forms.let_go(_place(action, referral_id, actor))


def _place(action: Action, referral_id: ReferralId, actor: Actor) -> UUID:
    """One for each form, writer and unit; what it is made of cannot be read from it."""
    user = actor.user
    return uuid5(_NAMESPACE, f"{action} {referral_id} {actor.unit_id} {user.issuer} {user.subject}")
