"""Writing a new referral, step by step. The draft is kept encrypted on the server between the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.discard_draft import DiscardDraft, discard_draft
from services.referral.commands.open_draft import OpenDraft, open_draft
from services.referral.commands.save_draft import SaveDraft, save_draft
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Draft
from services.referral.domain.refusals import DraftIsUnreadable, NoReceiverIsKnown
from services.referral.views.drafts import UNFINISHED, UNSAVED, wait_for_a_first_beginning
from services.referral.web import forms
from services.referral.web.draft.answers import (
    as_read_out,
    first_incomplete,
    form_of,
    is_answered,
    load_step,
    wanted_steps,
    with_step,
    with_unfinished,
    with_unsaved,
)
from services.referral.web.draft.kept import (
    GIVEN_AT,
    ORDER,
    WHAT_WAS_READ_OUT,
    Sections,
    unasked,
    understood,
    without_aside,
)
from services.referral.web.draft.sent import expect_unsent, leads_to_what_was_sent
from services.referral.web.draft.steps import LIST, NEW, TRIED, address, before, frame, shown, template_of, untouched
from services.referral.web.draft.told import TO_BE_TOLD_AGAIN, refuse_untold, what_is_not_kept, without_untold
from services.referral.web.forms import Typed
from services.referral.web.page import Page, asked_version, parts
from shared.kernel.actor import Actor, Role
from shared.kernel.clock import swedish_day
from shared.kernel.refusals import VersionHasMoved
from shared.web.sent_twice import carry_out_once
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("draft", __name__, url_prefix="/referral")
A_DRAFT = "/drafts/<uuid:draft_id>"
OPENS = Tried(Action.OPEN, "draft")

# the ways out of a step that its own form has, by what its buttons send
WAYS: Mapping[str, Callable[[str, Draft], str]] = {
    "back": before,
    "discard": lambda _step, draft: address(draft, "discard"),
    "see-saved": lambda step, draft: f"{address(draft, step)}?saved=1",
    "age": lambda _step, draft: f"{address(draft, 'carer')}#f-age_band",
}


@pages.get("/new")
@needs(Role.REFERRER, goes_on=True)
def new() -> Response:
    """A new referral gets an address of its own, so that the browser's way back leads to this one and no other."""
    return redirect(f"{NEW}/{uuid4()}", 303)


@pages.route("/new/<uuid:begun>", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True)
@leads_to_what_was_sent
def begin(begun: UUID) -> Page:
    """The first step, before there is any draft; once there is, whoever goes back here finds it.

    ``begun``: the address that ``new`` gave.
    """
    actor = current_actor()
    draft_id = _draft_begun(begun, actor)
    here = f"{NEW}/{begun}"
    with parts().unit_of_work(actor) as uow:
        if request.method == "POST":
            wait_for_a_first_beginning(draft_id, uow)
        expect_unsent(draft_id, actor, uow)
        draft = uow.drafts.get(draft_id)
        if request.method == "GET":
            if draft is not None:
                return redirect(address(draft, "carer"), 303)
            empty = untouched(actor, uow)
            form = Typed(empty, _errors("carer", {}, empty) if TRIED in request.args else {})
            return _page("carer", None, {}, form, "", actor, uow, here=here)
        values = forms.typed(form_of("carer", {}), request.form)
        if draft is not None:
            return _changed_elsewhere("carer", draft_id, values, actor, uow)
        if not _holds_something(values, untouched(actor, uow)):
            # a draft that holds nothing is none: nobody would know what it was
            return redirect(LIST if _leaves() else f"{here}?{TRIED}=1", 303)
        answers = with_unfinished("carer", {}, values) if _leaves() else with_step("carer", {}, values, uow.clock.now())
        draft = save_draft(SaveDraft(answers=answers, begin_as=draft_id), actor, uow)
        uow.commit()
    return redirect(_left_for("carer", draft) if _leaves() else _onwards(draft, "carer", {}, answers), 303)


def _holds_something(values: forms.Values, empty: forms.Values) -> bool:
    return any(typed != empty.get(name) for name, typed in values.items() if typed)


def _leaves() -> bool:
    """Whether its writer leaves the step by one of its own ways: what was typed is kept, and answers nothing."""
    return request.form.get("go") in WAYS


def _left_for(step: str, draft: Draft) -> str:
    return WAYS[request.form["go"]](step, draft)


def _draft_begun(begun: UUID, actor: Actor) -> UUID:
    """The draft that is begun at an address: one for each author in each unit, so that nobody meets another one's."""
    return uuid5(begun, f"{actor.unit_id} {actor.user.issuer} {actor.user.subject}")


@pages.route(f"{A_DRAFT}/<step>", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True, tries=OPENS)
@leads_to_what_was_sent
def step(draft_id: UUID, step: str) -> Page:
    """One step of a draft, shown or filled in."""
    if step not in ORDER:
        raise NotFound
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        draft = open_for_pages(draft_id, actor, uow)
        elsewhere = _not_yet(step, draft.answers)
        if elsewhere:
            if request.method == "POST":
                _keep_for_later(step, draft, actor, uow)
            uow.commit()
            return redirect(address(draft, elsewhere), 303)
        if request.method == "GET":
            page = _page(step, draft, draft.answers, *_kept(step, draft, uow), actor, uow)
            uow.commit()
            return page
        return _fill_in(step, draft, actor, uow)


@pages.get(A_DRAFT)
@needs(Role.REFERRER, goes_on=True, tries=OPENS)
@leads_to_what_was_sent
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
    return replace(draft, answers=without_untold(understood(draft.answers)))


@pages.route(f"{A_DRAFT}/discard", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True, tries=Tried(Action.DISCARD_DRAFT, "draft"))
@leads_to_what_was_sent
def discard(draft_id: UUID) -> Page:
    """Ask, and then throw the draft away."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        if request.method == "GET":
            here, back = f"/referral/drafts/{draft_id}/discard", f"/referral/drafts/{draft_id}"
            try:
                open_for_pages(draft_id, actor, uow)
            except DraftIsUnreadable:
                # it can be thrown away all the same, and there is nothing to go back to
                back = LIST
            uow.commit()
            return render_template("draft/discard.html", here=here, back=back)
        expect_unsent(draft_id, actor, uow)
        discarding = DiscardDraft(draft_id=draft_id)
        carry_out_once(
            uow.connection, uow.clock.now(), lambda: discard_draft(discarding, actor, uow), standing=lambda: None
        )
        uow.commit()
    flash(gettext("The draft is gone. Nothing was sent."))
    return redirect("/referral/", 303)


def _fill_in(step: str, draft: Draft, actor: Actor, uow: ReferralUnitOfWork) -> Page:
    # mistakes are kept in the draft and shown after a redirect too: a page that answers a form directly leaves all
    # that was typed in the browser's session files on disk
    values = forms.typed(form_of(step, draft.answers), request.form)
    if "version" in request.form and asked_version() != draft.version:
        return _changed_elsewhere(step, draft.id, values, actor, uow)
    # before anything is kept: a field about the other person that the page did not have is not kept either
    refuse_untold(step, draft.answers, values)
    answers = _answers_after(step, draft.answers, values, uow)
    try:
        if answers != draft.answers:
            save_draft(SaveDraft(answers=answers, draft_id=draft.id, expected_version=asked_version()), actor, uow)
    except VersionHasMoved:
        return _changed_elsewhere(step, draft.id, values, actor, uow)
    uow.commit()
    if step != "situation" and "situation" in draft.answers and "situation" not in answers:
        flash(gettext(TO_BE_TOLD_AGAIN), "info")
    return redirect(_left_for(step, draft) if _leaves() else _onwards(draft, step, draft.answers, answers), 303)


def _answers_after(step: str, answers: Sections, values: forms.Values, uow: ReferralUnitOfWork) -> Sections:
    """The draft when a step is saved; or left, which keeps what was typed and answers nothing with it."""
    if not _leaves():
        return with_step(step, answers, values, uow.clock.now())
    saved = step in answers and values == _typed(answers[step])
    if step in answers.get(UNSAVED, {}):
        # which of the two windows' words is to be saved is still to be decided
        return answers if saved else with_unsaved(step, answers, values)
    return without_aside(step, answers) if saved else with_unfinished(step, answers, values)


def _typed(values: Mapping[str, Any]) -> forms.Values:
    return {name: value for name, value in values.items() if name != GIVEN_AT}


def _onwards(draft: Draft, step: str, earlier: Sections, answers: Sections) -> str:
    """Where one goes on from a step that was saved.

    What is wrong is told of the step itself, and of one that was answered earlier and has to be asked again. A step
    that is only unfinished has nothing wrong with it.
    """
    there = first_incomplete(answers)
    tried = there == step or (there != "check" and is_answered(there, earlier))
    return address(draft, there) + (f"?{TRIED}=1" if tried else "")


def _keep_for_later(step: str, draft: Draft, actor: Actor, uow: ReferralUnitOfWork) -> None:
    """A step that cannot be saved yet, since it rests on others, is shown as it was typed when its turn comes.

    A yes to what was read out is not kept: the recipient and the ways to be reached may be others by then.
    """
    typed = forms.typed(form_of(step, draft.answers), request.form)
    _say_what_is_not_kept(step, draft.answers, typed)
    if step not in wanted_steps(draft.answers):
        return
    values = unasked(step, typed, WHAT_WAS_READ_OUT)
    answers = with_unfinished(step, draft.answers, values)
    save_draft(SaveDraft(answers=answers, draft_id=draft.id, expected_version=draft.version), actor, uow)


def _changed_elsewhere(
    step: str, draft_id: UUID, values: forms.Values, actor: Actor, uow: ReferralUnitOfWork
) -> Response:
    """The draft was changed in another window: nothing there is overwritten, and what was typed here is kept beside it.

    The step's page then asks which of the two is to be saved.
    """
    uow.drafts.lock(draft_id)
    now = open_for_pages(draft_id, actor, uow)
    answers = now.answers
    if step in wanted_steps(answers) and values not in (
        _typed(answers.get(step, {})),
        answers.get(UNFINISHED, {}).get(step),
    ):
        answers = with_unsaved(step, answers, values)
        save_draft(SaveDraft(answers=answers, draft_id=draft_id, expected_version=now.version), actor, uow)
    uow.commit()
    _say_what_is_not_kept(step, answers, values)
    if step in answers.get(UNSAVED, {}):
        return redirect(address(now, step), 303)
    return redirect(_left_for(step, now) if _leaves() else _onwards(now, step, {}, answers), 303)


def _say_what_is_not_kept(step: str, answers: Sections, values: forms.Values) -> None:
    if said := what_is_not_kept(step, answers, values):
        flash(gettext(said), "warning")


def _errors(step: str, answers: Sections, values: forms.Values) -> dict[str, str]:
    if step == "consent" and values.get("share") == "no":
        # a no is an answer and no mistake: the page says what follows from it, and asks for nothing more
        return {}
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
    """A step as it was typed; and what is wrong with it, when its writer has tried to save it: unfinished is no error.

    And which of two it is, when the draft changed in another window: ``typed``, or ``saved`` when that is asked for.
    """
    unsaved = draft.answers.get(UNSAVED, {}).get(step)
    if unsaved is not None and "saved" not in request.args:
        return Typed(unsaved, _errors(step, draft.answers, unsaved)), "typed"
    kept = draft.answers.get(UNFINISHED, {}).get(step, draft.answers.get(step, {}))
    typed = _typed(as_read_out(step, kept, swedish_day(uow.clock.now())))
    form = Typed(typed, _errors(step, draft.answers, typed) if TRIED in request.args else {})
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
