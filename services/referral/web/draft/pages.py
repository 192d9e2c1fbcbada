"""Writing a new referral, step by step. The draft is kept encrypted on the server between the steps."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.drafts import DiscardDraft, SaveDraft, discard_draft, save_draft
from services.referral.domain.draft import ORDER, UNFINISHED, UNSAVED, WrittenDraft
from services.referral.domain.lifecycle import Action
from services.referral.domain.refusals import DraftIsUnreadable, NoReceiverIsKnown
from services.referral.web import forms
from services.referral.web.draft.answers import as_read_out, with_step, with_unfinished
from services.referral.web.draft.open import DraftWasSent, expect_unsent, typed_draft, written_draft
from services.referral.web.draft.parse import errors, form_of, parse
from services.referral.web.draft.save_step import (
    changed_elsewhere,
    fill_in,
    leaves,
    left_for,
    onwards,
    typed_of,
)
from services.referral.web.draft.steps import TRIED, address, frame, listed, shown, template_of, untouched
from services.referral.web.forms import Typed
from services.referral.web.page import Page, changing, reading
from shared.kernel.actor import Actor, Role
from shared.kernel.clock import swedish_day
from shared.web.forms.sent_twice import carry_out_once
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("draft", __name__, url_prefix="/referral")
A_DRAFT = "/drafts/<uuid:draft_id>"
OPENS = Tried(Action.OPEN, "draft")


@pages.errorhandler(DraftWasSent)
def leads_to_what_was_sent(sent: DraftWasSent) -> Response:
    """A page of a draft that is sent is the receipt from then on."""
    return redirect(sent.receipt, 303)


@pages.get("/new")
@needs(Role.REFERRER, goes_on=True)
def new() -> Response:
    """A new referral gets an address of its own, so that the browser's way back leads to this one and no other."""
    return redirect(url_for("draft.begin", begun=uuid4()), 303)


@pages.route("/new/<uuid:begun>", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True)
def begin(begun: UUID) -> Page:
    """The first step, before there is any draft; once there is, whoever goes back here finds it.

    ``begun``: the address that ``new`` gave.
    """
    actor = current_actor()
    draft_id = _draft_begun(begun, actor)
    if request.method == "POST":
        with changing(actor) as uow:
            return redirect(_begun(begun, draft_id, actor, uow), 303)
    with reading(actor) as uow:
        expect_unsent(draft_id, actor, uow)
        if uow.drafts.get(draft_id) is not None:
            return redirect(address(draft_id, "carer"), 303)
        empty, draft = untouched(actor, uow), WrittenDraft()
        form = Typed(empty, errors("carer", draft, empty) if TRIED in request.args else {})
        return _page("carer", draft, form, "", actor, uow, here=url_for("draft.begin", begun=begun))


def _begun(begun: UUID, draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork) -> str:
    """Where one comes who sends the first step's form."""
    uow.drafts.wait_for_a_first_beginning(draft_id)
    expect_unsent(draft_id, actor, uow)
    nothing = WrittenDraft()
    values = forms.typed(form_of("carer", nothing), request.form)
    if uow.drafts.get(draft_id) is not None:
        return changed_elsewhere("carer", draft_id, values, actor, uow)
    if not _holds_something(values, untouched(actor, uow)):
        # a draft that holds nothing is none: nobody would know what it was
        return listed() if leaves() else url_for("draft.begin", begun=begun, tried=1)
    answers = with_unfinished("carer", {}, values) if leaves() else with_step("carer", {}, values, uow.clock.now())
    save_draft(SaveDraft(answers=answers, begin_as=draft_id), actor, uow)
    if leaves():
        return left_for("carer", draft_id, nothing)
    return onwards(draft_id, "carer", nothing.typed, parse(WrittenDraft(id=draft_id, typed=answers)))


def _holds_something(values: forms.Values, empty: forms.Values) -> bool:
    return any(typed != empty.get(name) for name, typed in values.items() if typed)


def _draft_begun(begun: UUID, actor: Actor) -> UUID:
    """The draft that is begun at an address: one for each author in each unit, so that nobody meets another one's."""
    return uuid5(begun, f"{actor.unit_id} {actor.user.issuer} {actor.user.subject}")


@pages.route(f"{A_DRAFT}/<step>", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True, tries=OPENS)
def step(draft_id: UUID, step: str) -> Page:
    """One step of a draft, shown or filled in."""
    if step not in ORDER:
        raise NotFound
    actor = current_actor()
    if request.method == "POST":
        with changing(actor) as uow:
            return redirect(fill_in(step, draft_id, typed_draft(draft_id, actor, uow), actor, uow), 303)
    with reading(actor) as uow:
        draft = written_draft(draft_id, actor, uow)
        elsewhere = draft.first_before(step)
        if elsewhere:
            return redirect(address(draft_id, elsewhere), 303)
        return _page(step, draft, *_kept(step, draft, uow), actor, uow)


@pages.get(A_DRAFT)
@needs(Role.REFERRER, goes_on=True, tries=OPENS)
def resume(draft_id: UUID) -> Response:
    """Go on where the draft was left."""
    actor = current_actor()
    with reading(actor) as uow:
        return redirect(address(draft_id, written_draft(draft_id, actor, uow).next_step), 303)


@pages.route(f"{A_DRAFT}/discard", methods=["GET", "POST"])
@needs(Role.REFERRER, goes_on=True, tries=Tried(Action.DISCARD_DRAFT, "draft"))
def discard(draft_id: UUID) -> Page:
    """Ask, and then throw the draft away."""
    actor = current_actor()
    if request.method == "GET":
        back = url_for("draft.resume", draft_id=draft_id)
        with reading(actor) as uow:
            try:
                typed_draft(draft_id, actor, uow)
            except DraftIsUnreadable:
                # it can be thrown away all the same, and there is nothing to go back to
                back = listed()
        return render_template("draft/discard.html", here=url_for("draft.discard", draft_id=draft_id), back=back)
    with changing(actor) as uow:
        expect_unsent(draft_id, actor, uow)
        discarding = DiscardDraft(draft_id=draft_id)
        carry_out_once(
            uow.connection, uow.clock.now(), lambda: discard_draft(discarding, actor, uow), standing=lambda: None
        )
    flash(gettext("The draft is gone. Nothing was sent."))
    return redirect(listed(), 303)


def _kept(step: str, draft: WrittenDraft, uow: ReferralUnitOfWork) -> tuple[Typed, str]:
    """A step as it was typed; and what is wrong with it, when its writer has tried to save it: unfinished is no error.

    And which of two it is, when the draft changed in another window: ``typed``, or ``saved`` when that is asked for.
    """
    unsaved = draft.typed.get(UNSAVED, {}).get(step)
    if unsaved is not None and "saved" not in request.args:
        return Typed(unsaved, errors(step, draft, unsaved)), "typed"
    kept = draft.typed.get(UNFINISHED, {}).get(step, draft.typed.get(step, {}))
    typed = typed_of(as_read_out(step, kept, swedish_day(uow.clock.now())))
    form = Typed(typed, errors(step, draft, typed) if TRIED in request.args else {})
    return form, "" if unsaved is None else "saved"


def _page(
    step: str,
    draft: WrittenDraft,
    form: Typed,
    which: str,
    actor: Actor,
    uow: ReferralUnitOfWork,
    here: str = "",
) -> str:
    try:
        around = shown(step, draft, form, actor, uow)
    except NoReceiverIsKnown as refusal:
        # the receiver's page has nothing to propose: say it where the place was given
        wrong = Typed(draft.typed["carer"], {"area": gettext(refusal.title)})
        return _page("carer", draft, wrong, "", actor, uow)
    return render_template(template_of(step), step=frame(step, draft, here), which=which, **around)
