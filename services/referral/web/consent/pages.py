"""Record that one of the two people takes a consent back, whole or in part. As easy as giving it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import ValidationError

from services.referral.commands.admission import admit_to_change
from services.referral.commands.hold_form import StepForm, held_form, let_go_of_form
from services.referral.commands.withdraw_consent import WithdrawConsent, withdraw_consent
from services.referral.domain.access import Shown, look_at
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.lifecycle import Action
from services.referral.domain.people import Subject
from services.referral.views.readings import ReadBy, readings_of
from services.referral.web import forms
from services.referral.web import words as words
from services.referral.web.consent import words as own
from services.referral.web.consent.forms import WithdrawForm
from services.referral.web.forms import Typed
from services.referral.web.page import STAFF, Page, changing, parts, reading
from services.referral.web.step_forms import back_to_the_form, leave_the_form, leaves
from shared.access.record import record_access
from shared.kernel.identity import ConsentId, ReferralId
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("consent", __name__, url_prefix="/referral")
FIELDS = {Subject.CARER: "carer", Subject.PERSON_CARED_FOR: "person_cared_for"}


@pages.route("/referrals/<uuid:referral_id>/withdraw-consent", methods=["GET", "POST"])
@needs(*STAFF, tries=Tried(Action.WITHDRAW_CONSENT, "referral"))
def withdraw(referral_id: UUID) -> Page:
    """Choose whose consent and which parts of it, and record it."""
    if request.method == "GET":
        return _form_page(referral_id)
    values = forms.typed(WithdrawForm(), request.form)
    if leaves():
        return leave_the_form(Action.WITHDRAW_CONSENT, referral_id, values)
    actor, asked = current_actor(), ReferralId(referral_id)
    try:
        said = forms.load(WithdrawForm(), values)
        with changing(actor) as uow:
            referral = admit_to_change(Action.WITHDRAW_CONSENT, asked, None, actor, uow)
            for consent in referral.consents:
                # what is withdrawn already, by a first click or by somebody else, stands as it is asked for
                scopes = frozenset(map(Scope, said[FIELDS[consent.about]])) & consent.standing()
                if scopes:
                    withdraw_consent(WithdrawConsent(consent_id=consent.id, scopes=scopes), actor, uow)
            let_go_of_form(Action.WITHDRAW_CONSENT, asked, actor, uow)
    except ValidationError as error:
        wrong = forms.problems(error, WithdrawForm())
        return back_to_the_form(Action.WITHDRAW_CONSENT, referral_id, values, wrong)
    flash(what_followed(frozenset(said["carer"] + said["person_cared_for"])))
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def what_followed(withdrawn: frozenset[str]) -> str:
    """What a withdrawal has led to: not every scope covered something that could be sealed."""
    if Scope.SHARE_WITH_RECEIVING_UNIT in withdrawn:
        # promise: sealed-from-now-on
        return gettext("The withdrawal is recorded. What it covered is sealed from now on.")
    if Scope.TELL_ABOUT_PERSON_CARED_FOR in withdrawn:
        return gettext(
            "The withdrawal is recorded. What was told about the person is sealed from now on. What the one who gives "
            "support has said in their own words stays."
        )
    return gettext("The withdrawal is recorded.")


def _form_page(referral_id: UUID) -> Page:
    """The form. It shows how the consents stand, which is recorded. The referral itself when nothing is left."""
    actor, asked = current_actor(), ReferralId(referral_id)
    with reading(actor) as uow:
        referral = admit_to_change(Action.WITHDRAW_CONSENT, asked, None, actor, uow)
        if not any(consent.standing() for consent in referral.consents):
            return redirect(url_for("referral.show", referral_id=referral_id), 303)
        record_access(look_at(referral, actor, Shown.CONSENTS), actor, uow)
        held = held_form(Action.WITHDRAW_CONSENT, asked, actor, uow, consents=referral.consents) or StepForm()
        # when it was opened is a step like any other
        tells = referral.shows_steps_to(referral.relation_to(actor), uow.clock.now())
    read: dict[ConsentId, list[ReadBy]] = {}
    if tells:
        with parts().as_system() as uow:
            read = readings_of(referral, uow)
    consents = [
        (FIELDS[consent.about], str(words.ABOUT[consent.about.value]), _choices(consent), read.get(consent.id, []))
        for consent in referral.consents
        if consent.standing()
    ]
    return render_template(
        "consent/withdraw.html",
        referral=referral,
        consents=consents,
        form=Typed(held.values, held.errors),
        here=request.path,
        tells=tells,
    )


def _choices(consent: Consent) -> list[tuple[str, str, str]]:
    """What is left to withdraw, each with what it leads to."""
    return [
        (scope.value, str(words.SCOPES[scope.value]), str(own.SCOPE_EFFECTS[scope.value]))
        for scope in Scope
        if scope in consent.standing()
    ]
