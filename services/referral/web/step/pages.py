"""What can be done with a referral that has been sent: accept, note the first contact, decline, close, cancel.

A form carries the version that its reader saw. A second click is answered with what the first one did; whoever comes
after somebody else gets a page that says who it was, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import ValidationError

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.admission import admit_to_change, record_reading
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.keep_form import KeptForm, kept_form, let_go_of_form
from services.referral.commands.note_first_contact import NoteFirstContact, note_first_contact
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.commands.step_taken import Said
from services.referral.domain import codes
from services.referral.domain.access import Shown
from services.referral.domain.lifecycle import Action
from services.referral.domain.referral import Referral
from services.referral.web import forms
from services.referral.web.forms import Typed
from services.referral.web.kept_forms import back_to_the_form, leave_the_form, leaves
from services.referral.web.page import STAFF, Page, asked_version, changing, code_choices, reading
from services.referral.web.step import admission
from services.referral.web.step.admission import answer_again, moved_page
from services.referral.web.step.forms import OutcomeForm, ReasonForm
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict, Invalid, VersionHasMoved
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("step", __name__, url_prefix="/referral")
A_REFERRAL = "/referrals/<uuid:referral_id>"
REASONS = {Action.REJECT: codes.REJECT_REASONS, Action.CANCEL: codes.CANCEL_REASONS, Action.COMPLETE: codes.OUTCOMES}
FORMS: dict[Action, type[forms.Form]] = {
    Action.REJECT: ReasonForm,
    Action.CANCEL: ReasonForm,
    Action.COMPLETE: OutcomeForm,
}


@pages.post(f"{A_REFERRAL}/accept")
@needs(*STAFF, tries=Tried(Action.ACCEPT, "referral"))
def accept(referral_id: UUID) -> Page:
    """Take it on, with one button."""
    version = asked_version()
    command = AcceptReferral(referral_id=ReferralId(referral_id), expected_version=version)
    return _with_a_button(
        Action.ACCEPT,
        referral_id,
        version,
        lambda actor, uow: accept_referral(command, actor, uow),
        # promise: the-referrer-is-told-as-consented
        gettext("You have accepted the referral. The referrer is told, as far as consent goes."),
    )


@pages.post(f"{A_REFERRAL}/first-contact")
@needs(*STAFF, tries=Tried(Action.FIRST_CONTACT, "referral"))
def first_contact(referral_id: UUID) -> Page:
    """Note that the first contact has been made, with one button."""
    version = asked_version()
    command = NoteFirstContact(referral_id=ReferralId(referral_id), expected_version=version)
    return _with_a_button(
        Action.FIRST_CONTACT,
        referral_id,
        version,
        lambda actor, uow: note_first_contact(command, actor, uow),
        gettext("The first contact is noted. The referrer is told, as far as consent goes."),
    )


@pages.route(f"{A_REFERRAL}/reject", methods=["GET", "POST"])
@needs(*STAFF, tries=Tried(Action.REJECT, "referral"))
def reject(referral_id: UUID) -> Page:
    """Decline it with a reason."""
    return _with_reason(
        Action.REJECT,
        referral_id,
        lambda said, actor, uow: reject_referral(RejectReferral(**said), actor, uow),
        gettext("You have declined the referral. The referrer is told, as far as consent goes."),
    )


@pages.route(f"{A_REFERRAL}/cancel", methods=["GET", "POST"])
@needs(*STAFF, tries=Tried(Action.CANCEL, "referral"))
def cancel(referral_id: UUID) -> Page:
    """Take it back with a reason."""
    return _with_reason(
        Action.CANCEL,
        referral_id,
        lambda said, actor, uow: cancel_referral(CancelReferral(**said), actor, uow),
        # promise: the-receiver-is-told
        gettext("The referral is cancelled. The receiving unit is told."),
    )


@pages.route(f"{A_REFERRAL}/complete", methods=["GET", "POST"])
@needs(*STAFF, tries=Tried(Action.COMPLETE, "referral"))
def complete(referral_id: UUID) -> Page:
    """Close it with an outcome."""
    return _with_reason(
        Action.COMPLETE,
        referral_id,
        lambda said, actor, uow: complete_referral(CompleteReferral(**said), actor, uow),
        gettext("The referral is closed. The referrer is told, as far as consent goes."),
    )


@pages.get(f"{A_REFERRAL}/moved")
@needs(*STAFF, tries=Tried(Action.OPEN, "referral"))
def moved(referral_id: UUID) -> Page:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    return admission.moved(referral_id)


def _with_a_button(
    action: Action, referral_id: UUID, version: int, act: Callable[[Actor, ReferralUnitOfWork], Referral], done: str
) -> Page:
    actor = current_actor()
    try:
        with changing(actor) as uow:
            act(actor, uow)
    except (VersionHasMoved, Conflict):
        return answer_again(Said(action=action), referral_id, version, done)
    flash(done)
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def _with_reason(
    action: Action,
    referral_id: UUID,
    act: Callable[[dict[str, Any], Actor, ReferralUnitOfWork], Referral],
    done: str,
) -> Page:
    form = FORMS[action]()
    if request.method == "GET":
        return _form_page(action, referral_id)
    values, version = forms.typed(form, request.form), asked_version()
    if leaves():
        return leave_the_form(action, referral_id, values, version)
    actor = current_actor()
    said: dict[str, Any] = {}
    try:
        said = forms.load(form, values)
        if "unmet_needs" in said:
            said["unmet_needs"] = tuple(dict.fromkeys(said["unmet_needs"]))
        named = {"referral_id": ReferralId(referral_id), "expected_version": version}
        with changing(actor) as uow:
            act({**said, **named}, actor, uow)
            let_go_of_form(action, ReferralId(referral_id), actor, uow)
    except (ValidationError, Invalid) as error:
        wrong = forms.problems(error.fields if isinstance(error, Invalid) else error, form)
        try:
            return back_to_the_form(action, referral_id, values, wrong, version)
        except Conflict:
            return answer_again(Said(action=action), referral_id, version, done, values)
    except (VersionHasMoved, Conflict):
        return answer_again(Said(action=action, **said), referral_id, version, done, values)
    flash(done)
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def _form_page(action: Action, referral_id: UUID) -> Page:
    """The form, with what was typed in it before. That its reader saw which referral it is about is recorded."""
    actor = current_actor()
    try:
        with reading(actor) as uow:
            referral = admit_to_change(action, ReferralId(referral_id), None, actor, uow)
            record_reading(referral, actor, uow, Shown.FORM)
            kept = kept_form(action, referral.id, actor, uow, consents=referral.consents) or KeptForm()
            now = referral.version_for(referral.relation_to(actor), uow.clock.now())
            return render_template(
                f"step/{action.value}.html",
                referral=referral,
                # what was typed goes on from the version that its writer saw
                version=kept.version or now,
                reasons=_reasons(action, uow),
                unmet_needs=code_choices(codes.UNMET_NEEDS, uow),
                # who declines was never shown who it is, so those words hide nothing
                hides_words=action is not Action.REJECT,
                form=Typed(kept.values, kept.errors),
                here=request.path,
            )
    except Conflict:
        return moved_page(referral_id, action, asked=False)


def _reasons(action: Action, uow: ReferralUnitOfWork) -> list[tuple[str, str, str]]:
    """The reasons in force today, with a word where a comment is demanded."""
    return [
        (code.slug, gettext(code.title), gettext("Needs a comment") if code.comment_required else "")
        for code in codes.in_force(REASONS[action], swedish_day(uow.clock.now()))
    ]
