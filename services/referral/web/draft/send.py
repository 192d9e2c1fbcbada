"""Check the answers, and send."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.send_referral import SendReferral, send_referral
from services.referral.domain.clocks import promises
from services.referral.domain.draft import CHECK, WrittenDraft
from services.referral.domain.lifecycle import Action
from services.referral.domain.refusals import NoReceiverIsKnown
from services.referral.web.draft.open import remember_sending, written_draft
from services.referral.web.draft.pages import A_DRAFT, OPENS
from services.referral.web.draft.pages import pages as pages
from services.referral.web.draft.receiver import Receiver, receiver_of
from services.referral.web.draft.steps import address, frame
from services.referral.web.draft.summary import sections
from services.referral.web.page import Page, asked_version, changing, reading
from shared.kernel.actor import Actor, Role
from shared.kernel.refusals import Invalid
from shared.kernel.translation import says
from shared.web.validation import sentences
from shared.web.who import Tried, current_actor, needs

# promise: nothing-sent-unread
CHANGED = says("The draft was changed in another window. Nothing has been sent: read it through again.")
ANOTHER_RECEIVER = says("Another unit than before would receive the referral. Nothing has been sent.")
# which step a refused field belongs to, by the beginning of its pointer
STEP_OF = (
    ("/carer", "carer"),
    ("/consents/carer/recipient", "receiver"),
    ("/consents/person_cared_for/recipient", "receiver"),
    ("/consents/carer", "consent"),
    ("/consents/person", "other-consent"),
    ("/need/area", "carer"),
    ("/need/target_groups", "situation"),
    ("/need", "support"),
    ("/person_cared_for", "situation"),
    ("/receiving_unit_id", "receiver"),
)


@pages.get(f"{A_DRAFT}/check")
@needs(Role.REFERRER, goes_on=True, tries=OPENS)
def check(draft_id: UUID) -> Page:
    """Everything that will be sent, with a way to change each part."""
    actor = current_actor()
    with reading(actor) as uow:
        draft = written_draft(draft_id, actor, uow)
        if draft.next_step != CHECK:
            return redirect(address(draft_id, draft.next_step, tried=1), 303)
        return _checked(draft_id, draft, actor, uow)


@pages.post(f"{A_DRAFT}/send")
@needs(Role.REFERRER, goes_on=True, tries=Tried(Action.SEND, "draft"))
def send(draft_id: UUID) -> Page:
    """Send it. The same draft sent twice is one referral: a double click ends on the same receipt."""
    actor = current_actor()
    with changing(actor) as uow:
        draft = written_draft(draft_id, actor, uow, waits=True)
        if draft.next_step != CHECK:
            return redirect(address(draft_id, draft.next_step, tried=1), 303)
        if asked_version() != draft.version:
            # nothing is sent that its sender has not read
            flash(gettext(CHANGED), "warning")
            return redirect(address(draft_id, CHECK), 303)
        try:
            referral = send_referral(SendReferral(draft=draft), actor, uow)
        except Invalid as refusal:
            # refused before anything was written; what the page shows was read all the same
            return _checked(draft_id, draft, actor, uow, refusal)
        return redirect(remember_sending(draft_id, referral, actor, uow), 303)


def _checked(
    draft_id: UUID, draft: WrittenDraft, actor: Actor, uow: ReferralUnitOfWork, refusal: Invalid | None = None
) -> Page:
    """The page to check, with what a sending was refused for; or the receiver's step, where it has to be said again."""
    try:
        receiver = receiver_of(draft, actor, uow)
    except NoReceiverIsKnown:
        # the rules are gone since: the receiver's step says so, where the place was given
        return redirect(address(draft_id, "receiver"), 303)
    if receiver.unit is not None and draft.lacks_a_new_yes(receiver.unit):
        if refusal:
            # a rule has changed since: nobody has been told of this unit
            flash(gettext(ANOTHER_RECEIVER), "warning")
        return redirect(address(draft_id, "receiver"), 303)
    page = _check_page(draft_id, draft, receiver, uow, _problems(refusal, draft_id) if refusal else ())
    return (page, refusal.status) if refusal else page


def _check_page(
    draft_id: UUID,
    draft: WrittenDraft,
    receiver: Receiver,
    uow: ReferralUnitOfWork,
    problems: Sequence[tuple[str, str]],
) -> str:
    carer, need, *_ = draft.expect_whole()
    given = promises(need.priority, uow.clock.now(), uow.calendar)
    return render_template(
        "draft/check.html",
        step=frame(CHECK, draft),
        send=url_for("draft.send", draft_id=draft_id),
        sections=sections(draft, receiver, partial(address, draft_id)),
        problems=problems,
        receiver=receiver.name,
        acknowledge_by=given.acknowledge_by,
        contact_by=given.first_contact_by,
        reaches_out=not carer.carer.safe_contact.do_not_reach_out,
    )


def _problems(refusal: Invalid, draft_id: UUID) -> list[tuple[str, str]]:
    """Sentences, each with the step where it is put right."""
    found = []
    for where, said in (refusal.fields or {"": refusal.title}).items():
        step = next((step for beginning, step in STEP_OF if where.startswith(beginning)), "")
        found += [(each, address(draft_id, step) if step else "") for each in sentences(said)]
    return found
