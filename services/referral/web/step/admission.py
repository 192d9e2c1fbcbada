"""What comes second: which version a form was written from, and where what was typed in it waits.

A second click is answered with what the first one did. Whoever comes after somebody else is told who it was and when,
as far as they may know.

A page that answers a form directly leaves all that was typed in the browser's session files on disk; so every answer to
a form is a redirect, and what was typed is kept on the server, sealed, until the form goes through.
"""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import admit_to_change, known_to, record_reading
from services.referral.commands.keep_form import KeptForm, keep_form, kept_form, let_go_of_form
from services.referral.commands.open_referral import steps_shown
from services.referral.commands.step_taken import Said, step_taken
from services.referral.domain.access import Shown
from services.referral.domain.reading import reading_of
from services.referral.domain.referral import Referral
from services.referral.domain.states import Action
from services.referral.views.listed import unit_names
from services.referral.views.timeline import mark_of
from services.referral.web import forms
from services.referral.web import words as words
from services.referral.web.page import parts
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict
from shared.web.who import current_actor

FORMS = (Action.REJECT, Action.COMPLETE, Action.CANCEL, Action.WITHDRAW_CONSENT)


def back_to_the_form(
    action: Action, referral_id: UUID, values: forms.Values, errors: dict[str, str], version: int | None = None
) -> Response:
    """Keep what was typed and what is wrong with it, and show the form again.

    Raises what ``admit_to_change`` raises: nothing is kept for somebody who may not take the step.
    """
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        admit_to_change(action, ReferralId(referral_id), None, actor, uow)
        form = KeptForm(values=values, errors=errors, version=version)
        keep_form(action, ReferralId(referral_id), form, actor, uow)
        uow.commit()
    return redirect(f"/referral/referrals/{referral_id}/{action.value}", 303)


def leave_the_form(action: Action, referral_id: UUID, values: forms.Values, version: int | None = None) -> Response:
    """Go back to the referral without taking the step. What was typed is there when its writer opens the form again."""
    actor, asked = current_actor(), ReferralId(referral_id)
    with parts().unit_of_work(actor) as uow:
        try:
            admit_to_change(action, asked, None, actor, uow)
        except Conflict:
            # it cannot be taken any more, whatever was typed
            return redirect(f"/referral/referrals/{referral_id}", 303)
        if any(values.values()):
            keep_form(action, asked, KeptForm(values=values, version=version), actor, uow)
        else:
            let_go_of_form(action, asked, actor, uow)
        uow.commit()
    return redirect(f"/referral/referrals/{referral_id}", 303)


def leaves() -> bool:
    """Whether the form's writer goes back by its own button."""
    return request.form.get("go") == "back"


def answer_again(
    said: Said, referral_id: UUID, version: int, done: str, values: forms.Values | None = None
) -> Response | tuple[str, int]:
    """Answer somebody whose step came second: with the result if their own first click had it done, else with who was
    first. What was typed (``values``) is kept for them unless it has been carried out.
    """
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        referral = _known(said.action, referral_id, uow)
        if step_taken(said, referral, version, actor, uow):
            let_go_of_form(said.action, ReferralId(referral_id), actor, uow)
            uow.commit()
            flash(done)
            return redirect(f"/referral/referrals/{referral_id}", 303)
        if values is not None:
            keep_form(said.action, ReferralId(referral_id), KeptForm(values=values), actor, uow)
            uow.commit()
    if values is None:
        return moved_page(referral_id, said.action)
    return redirect(f"/referral/referrals/{referral_id}/moved?form={said.action.value}", 303)


def moved(referral_id: UUID) -> str | Response:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    asked = next((action for action in FORMS if action.value == request.args.get("form")), None)
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        referral = _known(asked or Action.OPEN, referral_id, uow)
        kept = kept_form(asked, referral.id, actor, uow, consents=referral.consents) if asked else None
        if kept is None:
            return redirect(f"/referral/referrals/{referral_id}", 303)
        page = _moved(referral, kept.values.get("comment", ""), actor, uow)
        uow.commit()
    return page


def moved_page(referral_id: UUID, action: Action, *, asked: bool = True) -> tuple[str, int]:
    """It cannot be done any more, and nothing had been written. ``asked``: whether it was tried, or only looked for."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        page = _moved(_known(action, referral_id, uow), "", actor, uow, asked=asked)
        uow.commit()
    return page, Conflict.status


def _moved(referral: Referral, comment: str, actor: Actor, uow: ReferralUnitOfWork, *, asked: bool = True) -> str:
    """The page that says what was done instead, and where; that the reader saw it is recorded."""
    record_reading(referral, actor, uow, Shown.STATE)
    reading = reading_of(referral, actor, uow.clock.now())
    passed = [(step, mark) for step in steps_shown(referral, reading, uow) if (mark := mark_of(step))]
    step, mark = passed[-1] if passed else (None, None)
    return render_template(
        "step/moved.html",
        referral_id=referral.id,
        comment=comment,
        asked=asked,
        what=str(words.STAGES[mark.stage]) if mark else "",
        at=mark.at if mark else None,
        mine=step is not None and (step.by.user, step.by.unit_id) == (actor.user, actor.unit_id),
        colleague=step is not None and step.by.unit_id == actor.unit_id,
        unit=unit_names([step.by.unit_id], uow).get(step.by.unit_id, "–") if step else "",
    )


def _known(action: Action, referral_id: UUID, uow: ReferralUnitOfWork) -> Referral:
    asked = ReferralId(referral_id)
    return known_to(action, uow.referrals.lock(asked), asked, current_actor(), uow)
