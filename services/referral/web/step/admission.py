"""Who comes second, by a click or by a form.

A second click is answered with what the first one did. Whoever comes after somebody else is told who it was and when,
as far as they may know.
"""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import known_to
from services.referral.commands.hold_form import StepForm, held_form, hold_form, let_go_of_form
from services.referral.commands.open_referral import steps_shown
from services.referral.commands.second_click import Said, step_taken
from services.referral.domain.access import Shown, look_at
from services.referral.domain.lifecycle import STEPS, Action
from services.referral.domain.reading import reading_of
from services.referral.domain.referral import Referral
from services.referral.views.lines import unit_names
from services.referral.views.timeline import mark_of
from services.referral.web import forms, state_words
from services.referral.web import words as words
from services.referral.web.page import changing, reading
from shared.access.record import record_access
from shared.kernel.actor import Actor
from shared.kernel.held_form import Reason
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Conflict
from shared.web.who import current_actor

FORMS = (*(action for action, way in STEPS.items() if way.reasons), Action.WITHDRAW_CONSENT)


def answer_again(
    said: Said, referral_id: UUID, version: int, done: str, values: forms.Values | None = None
) -> Response | tuple[str, int]:
    """Answer somebody whose step came second: with the result if their own first click had it done, else with who was
    first. What was typed (``values``) is held for them unless it has been carried out.
    """
    actor = current_actor()
    with changing(actor) as uow:
        referral = _known(said.action, referral_id, uow)
        if step_taken(said, referral, version, actor, uow):
            let_go_of_form(said.action, ReferralId(referral_id), actor, uow)
            flash(done)
            return redirect(url_for("referral.show", referral_id=referral_id), 303)
        if values is not None:
            form = StepForm(values=values)
            hold_form(said.action, ReferralId(referral_id), Reason.SOMEBODY_WAS_FASTER, form, actor, uow)
    if values is None:
        return moved_page(referral_id, said.action)
    return redirect(url_for("step.moved", referral_id=referral_id, form=said.action.value), 303)


def moved(referral_id: UUID) -> str | Response:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    asked = next((action for action in FORMS if action.value == request.args.get("form")), None)
    actor = current_actor()
    with reading(actor) as uow:
        referral = _known(asked or Action.OPEN, referral_id, uow)
        held = held_form(asked, referral.id, actor, uow, consents=referral.consents) if asked else None
        if asked is None or held is None:
            return redirect(url_for("referral.show", referral_id=referral_id), 303)
        return _moved(referral, asked, held.values.get("comment", ""), actor, uow)


def moved_page(referral_id: UUID, action: Action, *, asked: bool = True) -> tuple[str, int]:
    """It cannot be done any more, and nothing had been written. ``asked``: whether it was tried, or only looked for."""
    actor = current_actor()
    with reading(actor) as uow:
        return _moved(_known(action, referral_id, uow), action, "", actor, uow, asked=asked), Conflict.status


def _moved(
    referral: Referral,
    tried: Action,
    comment: str,
    actor: Actor,
    uow: ReferralUnitOfWork,
    *,
    asked: bool = True,
) -> str:
    """The page that says what was done instead, and where; that the reader saw it is recorded."""
    record_access(look_at(referral, actor, Shown.STATE), actor, uow)
    reading = reading_of(referral, actor, uow.clock.now())
    passed = [(step, mark) for step in steps_shown(referral, reading, uow) if (mark := mark_of(step))]
    step, mark = passed[-1] if passed else (None, None)
    return render_template(
        "step/moved.html",
        referral_id=referral.id,
        comment=comment,
        asked=asked,
        what=str(state_words.STAGES[mark.stage]) if mark else "",
        at=mark.at if mark else None,
        same=step is not None and step.action is tried,
        mine=step is not None and (step.by.user, step.by.unit_id) == (actor.user, actor.unit_id),
        colleague=step is not None and step.by.unit_id == actor.unit_id,
        unit=unit_names([step.by.unit_id], uow).get(step.by.unit_id, "–") if step else "",
    )


def _known(action: Action, referral_id: UUID, uow: ReferralUnitOfWork) -> Referral:
    asked = ReferralId(referral_id)
    return known_to(action, uow.referrals.lock(asked), asked, current_actor(), uow)
