"""What can be done with a referral that has been sent: a page for each step of the table, by a button or by a form.

A form carries the version that its reader saw. A second click is answered with what the first one did; whoever comes
after somebody else gets a page that says who it was, and nothing is lost.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import ValidationError

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import admit_to_change
from services.referral.commands.hold_form import StepForm, held_form, let_go_of_form
from services.referral.commands.second_click import Said
from services.referral.domain import codes
from services.referral.domain.access import Shown, look_at
from services.referral.domain.lifecycle import STEPS, Action
from services.referral.web import forms
from services.referral.web.forms import Typed
from services.referral.web.page import STAFF, Page, asked_version, changing, code_choices, reading
from services.referral.web.step import admission
from services.referral.web.step.admission import answer_again, moved_page
from services.referral.web.step.forms import form_for
from services.referral.web.step_forms import back_to_the_form, leave_the_form, leaves
from services.referral.web.steps import OFFERS, view_of
from shared.access.record import record_access
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict, Invalid, VersionHasMoved
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("step", __name__, url_prefix="/referral")
A_REFERRAL = "/referrals/<uuid:referral_id>"


@pages.get(f"{A_REFERRAL}/moved")
@needs(*STAFF, tries=Tried(Action.OPEN, "referral"))
def moved(referral_id: UUID) -> Page:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    return admission.moved(referral_id)


def take(action: Action, referral_id: UUID) -> Page:
    """Take a step: at once by its button, or by its form where the table gives reasons."""
    form = form_for(action)
    if form is None:
        return _with_a_button(action, referral_id)
    return _form_page(action, referral_id) if request.method == "GET" else _with_a_form(action, form, referral_id)


def _hang_up(action: Action, name: str) -> None:
    """Open a step's door, and record what was tried there."""
    methods = ["GET", "POST"] if STEPS[action].reasons else ["POST"]
    view = needs(*STAFF, tries=Tried(action, "referral"))(partial(take, action))
    pages.add_url_rule(f"{A_REFERRAL}/{name}", view_of(name), view, methods=methods)


for _action in STEPS:
    _hang_up(_action, _action.value)
# the name of `start` before 0.2: pages that were open then, and forms that came too late, still have it until 0.3
_hang_up(Action.START, "first-contact")


def _with_a_button(action: Action, referral_id: UUID) -> Page:
    actor, offer, version = current_actor(), OFFERS[action], asked_version()
    try:
        with changing(actor) as uow:
            offer.carry_out(offer.command(referral_id=ReferralId(referral_id), expected_version=version), actor, uow)
    except (VersionHasMoved, Conflict):
        return answer_again(Said(action=action), referral_id, version, str(offer.done))
    flash(str(offer.done))
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def _with_a_form(action: Action, form: forms.Form, referral_id: UUID) -> Page:
    values, version = forms.typed(form, request.form), asked_version()
    if leaves():
        return leave_the_form(action, referral_id, values, version)
    actor, offer = current_actor(), OFFERS[action]
    said: dict[str, Any] = {}
    try:
        said = forms.load(form, values)
        if "unmet_needs" in said:
            said["unmet_needs"] = tuple(dict.fromkeys(said["unmet_needs"]))
        command = offer.command(referral_id=ReferralId(referral_id), expected_version=version, **said)
        with changing(actor) as uow:
            offer.carry_out(command, actor, uow)
            let_go_of_form(action, ReferralId(referral_id), actor, uow)
    except (ValidationError, Invalid) as error:
        wrong = forms.problems(error.fields if isinstance(error, Invalid) else error, form)
        try:
            return back_to_the_form(action, referral_id, values, wrong, version)
        except Conflict:
            return answer_again(Said(action=action), referral_id, version, str(offer.done), values)
    except (VersionHasMoved, Conflict):
        return answer_again(Said(action=action, **said), referral_id, version, str(offer.done), values)
    flash(str(offer.done))
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def _form_page(action: Action, referral_id: UUID) -> Page:
    """The form, with what was typed in it before. That its reader saw which referral it is about is recorded."""
    actor = current_actor()
    try:
        with reading(actor) as uow:
            referral = admit_to_change(action, ReferralId(referral_id), None, actor, uow)
            record_access(look_at(referral, actor, Shown.FORM), actor, uow)
            held = held_form(action, referral.id, actor, uow, consents=referral.consents) or StepForm()
            now = referral.version_for(referral.relation_to(actor), uow.clock.now())
            return render_template(
                f"step/{action.value}.html",
                referral=referral,
                # what was typed goes on from the version that its writer saw
                version=held.version or now,
                reasons=_reasons(action, uow),
                unmet_needs=code_choices(codes.UNMET_NEEDS, uow),
                # who declines was never shown who it is, so those words hide nothing
                hides_words=action is not Action.REJECT,
                form=Typed(held.values, held.errors),
                here=request.path,
            )
    except Conflict:
        return moved_page(referral_id, action, asked=False)


def _reasons(action: Action, uow: ReferralUnitOfWork) -> list[tuple[str, str, str]]:
    """The reasons in force today, with a word where a comment is demanded."""
    return [
        (code.slug, gettext(code.title), gettext("Needs a comment") if code.comment_required else "")
        for code in codes.in_force(STEPS[action].reasons, swedish_day(uow.clock.now()))
    ]
