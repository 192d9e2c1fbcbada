"""What can be done with a referral that has been sent: accept, decline, close, cancel, record a withdrawal.

A form carries the version that its reader saw. Whoever comes second gets a page that says so, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from marshmallow import ValidationError

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.admission import admit_to_change
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.domain import codes
from services.referral.domain.referral import Referral
from services.referral.domain.states import Action
from services.referral.web import forms
from services.referral.web.forms import Typed
from services.referral.web.forms_steps import OutcomeForm, ReasonForm
from services.referral.web.pages_admission import asked_version, moved_page
from services.referral.web.pages_drafts import Page
from services.referral.web.pages_steps import code_choices
from services.referral.web.parts import parts
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict, Invalid, VersionHasMoved
from shared.web.who import current_actor

REASONS = {Action.REJECT: codes.REJECT_REASONS, Action.CANCEL: codes.CANCEL_REASONS, Action.COMPLETE: codes.OUTCOMES}
FORMS: dict[Action, type[forms.Form]] = {
    Action.REJECT: ReasonForm,
    Action.CANCEL: ReasonForm,
    Action.COMPLETE: OutcomeForm,
}


def accept(referral_id: UUID) -> Page:
    """Take it on, with one button."""
    command = AcceptReferral(referral_id=ReferralId(referral_id), expected_version=asked_version())
    try:
        with parts().unit_of_work(current_actor()) as uow:
            accept_referral(command, current_actor(), uow)
            uow.commit()
    except (VersionHasMoved, Conflict) as refusal:
        return moved_page(referral_id, refusal)
    flash(gettext("You have accepted the referral. The referrer is told, as far as consent goes."))
    return redirect(f"/referral/referrals/{referral_id}", 303)


def reject(referral_id: UUID) -> Page:
    """Decline it with a reason."""
    return _with_reason(
        Action.REJECT,
        referral_id,
        lambda said, actor, uow: reject_referral(RejectReferral(**said), actor, uow),
        gettext("You have declined the referral. The referrer is told, as far as consent goes."),
    )


def cancel(referral_id: UUID) -> Page:
    """Take it back with a reason."""
    return _with_reason(
        Action.CANCEL,
        referral_id,
        lambda said, actor, uow: cancel_referral(CancelReferral(**said), actor, uow),
        gettext("The referral is cancelled. The receiving unit is told."),
    )


def complete(referral_id: UUID) -> Page:
    """Close it with an outcome."""
    return _with_reason(
        Action.COMPLETE,
        referral_id,
        lambda said, actor, uow: complete_referral(CompleteReferral(**said), actor, uow),
        gettext("The referral is closed. The referrer is told, as far as consent goes."),
    )


def _with_reason(
    action: Action,
    referral_id: UUID,
    act: Callable[[dict[str, Any], Actor, ReferralUnitOfWork], Referral],
    done: str,
) -> Page:
    form = FORMS[action]()
    values = forms.typed(form, request.form)
    try:
        if request.method == "GET":
            return _form_page(action, referral_id, Typed())
        said = forms.load(form, values)
        if "unmet_needs" in said:
            said["unmet_needs"] = tuple(dict.fromkeys(said["unmet_needs"]))
        said.update(referral_id=ReferralId(referral_id), expected_version=asked_version())
        with parts().unit_of_work(current_actor()) as uow:
            act(said, current_actor(), uow)
            uow.commit()
    except ValidationError as error:
        return _form_page(action, referral_id, Typed(values, forms.problems(error, form))), 422
    except Invalid as refusal:
        return _form_page(action, referral_id, Typed(values, forms.problems(refusal.fields, form))), refusal.status
    except (VersionHasMoved, Conflict) as refusal:
        return moved_page(referral_id, refusal, values.get("comment", ""))
    flash(done)
    return redirect(f"/referral/referrals/{referral_id}", 303)


def _form_page(action: Action, referral_id: UUID, form: Typed) -> str:
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        referral = admit_to_change(action, ReferralId(referral_id), None, actor, uow)
        return render_template(
            f"referral/{action.value}.html",
            referral=referral,
            # what was typed goes on from the version that its writer saw
            version=request.form.get("version") or referral.version_for(referral.relation_to(actor), uow.clock.now()),
            reasons=_reasons(action, uow),
            unmet_needs=code_choices(codes.UNMET_NEEDS, uow),
            form=form,
            here=request.path,
        )


def _reasons(action: Action, uow: ReferralUnitOfWork) -> list[tuple[str, str, str]]:
    """The reasons in force today, with a word where a comment is demanded."""
    return [
        (code.slug, gettext(code.title), gettext("Needs a comment") if code.comment_required else "")
        for code in codes.in_force(REASONS[action], uow.clock.now().date())
    ]
