"""Where what was typed in a step's form waits: for its writer, on the server, sealed, until the form goes through.

A page that answers a form directly leaves all that was typed in the browser's session files on disk; so every answer to
a form is a redirect (decision 0031).
"""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from services.referral.commands.admission import admit_to_change
from services.referral.commands.hold_form import StepForm, hold_form, let_go_of_form
from services.referral.domain.lifecycle import Action
from services.referral.web import forms
from services.referral.web.page import changing
from shared.kernel.held_form import Reason
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict
from shared.web.who import current_actor


def back_to_the_form(
    action: Action, referral_id: UUID, values: forms.Values, errors: dict[str, str], version: int | None = None
) -> Response:
    """Hold what was typed and what is wrong with it, and show the form again.

    Raises what ``admit_to_change`` raises: nothing is held for somebody who may not take the step.
    """
    actor, asked = current_actor(), ReferralId(referral_id)
    with changing(actor) as uow:
        admit_to_change(action, asked, None, actor, uow)
        hold_form(action, asked, Reason.MISTAKE, StepForm(values=values, errors=errors, version=version), actor, uow)
    return redirect(request.path, 303)


def leave_the_form(action: Action, referral_id: UUID, values: forms.Values, version: int | None = None) -> Response:
    """Go back to the referral without taking the step. What was typed is there when its writer opens the form again."""
    actor, asked = current_actor(), ReferralId(referral_id)
    with changing(actor) as uow:
        try:
            admit_to_change(action, asked, None, actor, uow)
        except Conflict:
            # it cannot be taken any more, whatever was typed
            return redirect(url_for("referral.show", referral_id=referral_id), 303)
        if any(values.values()):
            hold_form(action, asked, Reason.LEFT, StepForm(values=values, version=version), actor, uow)
        else:
            let_go_of_form(action, asked, actor, uow)
    return redirect(url_for("referral.show", referral_id=referral_id), 303)


def leaves() -> bool:
    """Whether the form's writer goes back by its own button."""
    return request.form.get("go") == "back"
