"""Writing a new referral, step by step. The draft is kept encrypted on the server between the steps."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4, uuid5

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.discard_draft import DiscardDraft, discard_draft
from services.referral.commands.open_draft import OpenDraft, open_draft
from services.referral.commands.save_draft import SaveDraft, save_draft
from services.referral.domain.ports import Draft
from services.referral.domain.refusals import NoReceiverIsKnown
from services.referral.views.drafts import UNSAVED
from services.referral.web import forms
from services.referral.web.forms import Typed
from services.referral.web.pages_admission import asked_version
from services.referral.web.pages_answers import (
    as_read_out,
    first_incomplete,
    form_of,
    load_step,
    wanted_steps,
    with_step,
    with_unsaved,
)
from services.referral.web.pages_kept import GIVEN_AT, ORDER, Sections, understood
from services.referral.web.pages_steps import NEW, address, frame, shown, template_of
from services.referral.web.parts import parts
from services.referral.web.sent_drafts import expect_unsent
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.refusals import VersionHasMoved
from shared.web.who import current_actor

Page = str | Response | tuple[str, int]


def new() -> Response:
    """A new referral gets an address of its own, so that the browser's way back leads to this one and no other."""
    return redirect(f"{NEW}/{uuid4()}", 303)


def begin(begun: UUID) -> Page:
    """The first step, before there is any draft; once there is, whoever goes back here finds it.

    ``begun``: the address that ``new`` gave.
    """
    actor = current_actor()
    draft_id = _draft_begun(begun, actor)
    with parts().unit_of_work(actor) as uow:
        expect_unsent(draft_id, actor, uow)
        draft = uow.drafts.get(draft_id)
        if request.method == "GET":
            if draft is not None:
                return redirect(address(draft, "carer"), 303)
            return _page("carer", None, {}, Typed(), "", actor, uow, here=f"{NEW}/{begun}")
        values = forms.typed(form_of("carer", {}), request.form)
        if draft is not None:
            return _changed_elsewhere("carer", draft_id, values, actor, uow)
        wrong = _errors("carer", {}, values)
        answers = with_step("carer", {}, values, uow.clock.now())
        draft = save_draft(SaveDraft(answers=answers, begin_as=draft_id), actor, uow)
        uow.commit()
    return redirect(address(draft, "carer" if wrong else "support"), 303)


def _draft_begun(begun: UUID, actor: Actor) -> UUID:
    """The draft that is begun at an address: one for each author, so that nobody meets somebody else's."""
    return uuid5(begun, f"{actor.user.issuer} {actor.user.subject}")


def step(draft_id: UUID, step: str) -> Page:
    """One step of a draft, shown or filled in."""
    if step not in ORDER:
        raise NotFound
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        draft = open_for_pages(draft_id, actor, uow)
        elsewhere = _not_yet(step, draft.answers)
        if elsewhere:
            uow.commit()
            return redirect(address(draft, elsewhere), 303)
        if request.method == "GET":
            page = _page(step, draft, draft.answers, *_kept(step, draft, uow), actor, uow)
            uow.commit()
            return page
        return _fill_in(step, draft, actor, uow)


def resume(draft_id: UUID) -> Response:
    """Go on where the draft was left."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        draft = open_for_pages(draft_id, actor, uow)
        uow.commit()
    return redirect(address(draft, first_incomplete(draft.answers)), 303)


def open_for_pages(draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork) -> Draft:
    """The author's draft, its answers as far as pages understand them. Raises NotThere (recorded) or DraftWasSent."""
    expect_unsent(draft_id, actor, uow)
    draft = open_draft(OpenDraft(draft_id=draft_id), actor, uow)
    return replace(draft, answers=understood(draft.answers))


def discard(draft_id: UUID) -> Page:
    """Ask, and then throw the draft away."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        if request.method == "GET":
            draft = open_for_pages(draft_id, actor, uow)
            uow.commit()
            here = address(draft, "discard")
            return render_template("referral/discard.html", here=here, back=f"/referral/drafts/{draft.id}")
        expect_unsent(draft_id, actor, uow)
        discard_draft(DiscardDraft(draft_id=draft_id), actor, uow)
        uow.commit()
    flash(gettext("The draft is gone. Nothing was sent."))
    return redirect("/referral/", 303)


def _fill_in(step: str, draft: Draft, actor: Actor, uow: ReferralUnitOfWork) -> Page:
    # mistakes are kept in the draft and shown after a redirect too: a page that answers a form directly leaves all
    # that was typed in the browser's session files on disk
    values = forms.typed(form_of(step, draft.answers), request.form)
    if "version" in request.form and asked_version() != draft.version:
        return _changed_elsewhere(step, draft.id, values, actor, uow)
    wrong = _errors(step, draft.answers, values)
    answers = with_step(step, draft.answers, values, uow.clock.now())
    try:
        save_draft(SaveDraft(answers=answers, draft_id=draft.id, expected_version=asked_version()), actor, uow)
    except VersionHasMoved:
        return _changed_elsewhere(step, draft.id, values, actor, uow)
    uow.commit()
    return redirect(address(draft, step if wrong else first_incomplete(answers)), 303)


def _changed_elsewhere(
    step: str, draft_id: UUID, values: forms.Values, actor: Actor, uow: ReferralUnitOfWork
) -> Response:
    """The draft was changed in another window: nothing there is overwritten, and what was typed here is kept beside it.

    The step's page then asks which of the two is to be saved.
    """
    uow.drafts.lock(draft_id)
    now = open_for_pages(draft_id, actor, uow)
    answers = now.answers
    typed = {name: value for name, value in answers.get(step, {}).items() if name != GIVEN_AT}
    if step in wanted_steps(answers) and values != typed:
        answers = with_unsaved(step, answers, values)
        save_draft(SaveDraft(answers=answers, draft_id=draft_id, expected_version=now.version), actor, uow)
    uow.commit()
    return redirect(address(now, step if step in answers.get(UNSAVED, {}) else first_incomplete(answers)), 303)


def _errors(step: str, answers: Sections, values: forms.Values) -> dict[str, str]:
    # PersonCaredForHasNotConsented goes through to a page of its own: the form never had those fields
    try:
        load_step(step, answers, values)
    except ValidationError as error:
        return forms.problems(error, form_of(step, answers))
    return {}


def _not_yet(step: str, answers: Sections) -> str:
    """The step to answer first, when this one rests on answers that are missing; empty when it may be shown."""
    steps = wanted_steps(answers)
    if step not in steps:
        return first_incomplete(answers)
    first = first_incomplete(answers)
    return first if first in steps and steps.index(first) < steps.index(step) else ""


def _kept(step: str, draft: Draft, uow: ReferralUnitOfWork) -> tuple[Typed, str]:
    """A step as it was typed, with what is wrong with it; a step not yet typed has nothing wrong.

    And which of two it is, when the draft changed in another window: ``typed``, or ``saved`` when that is asked for.
    """
    unsaved = draft.answers.get(UNSAVED, {}).get(step)
    if unsaved is not None and "saved" not in request.args:
        return Typed(unsaved, _errors(step, draft.answers, unsaved)), "typed"
    values = as_read_out(step, draft.answers.get(step, {}), swedish_day(uow.clock.now()))
    typed = {name: value for name, value in values.items() if name != GIVEN_AT}
    form = Typed(typed, _errors(step, draft.answers, typed) if step in draft.answers else {})
    return form, "" if unsaved is None else "saved"


def _page(
    step: str,
    draft: Draft | None,
    answers: Sections,
    form: Typed,
    which: str,
    actor: Actor,
    uow: ReferralUnitOfWork,
    here: str = NEW,
) -> str:
    try:
        around = shown(step, answers, form, actor, uow)
    except NoReceiverIsKnown as refusal:
        # the receiver's page has nothing to propose: say it where the place was given
        wrong = Typed(answers["carer"], {"area": gettext(refusal.title)})
        return _page("carer", draft, answers, wrong, "", actor, uow)
    return render_template(template_of(step), step=frame(step, draft, here), which=which, **around)
