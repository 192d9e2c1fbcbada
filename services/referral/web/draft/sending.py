"""Check the answers, and send."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template
from flask_babel import gettext
from marshmallow import ValidationError

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.send_referral import send_referral
from services.referral.domain.clocks import Priority, promises
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Draft
from services.referral.domain.refusals import NoReceiverIsKnown
from services.referral.views.drafts import wait_for_a_first_click
from services.referral.web.draft.answers import carer_of, command_from, first_incomplete
from services.referral.web.draft.new_yes import lacks_a_new_yes
from services.referral.web.draft.pages import A_DRAFT, OPENS, open_for_pages
from services.referral.web.draft.pages import pages as pages
from services.referral.web.draft.receiver import receiver_of
from services.referral.web.draft.sent import leads_to_what_was_sent, remember_sending
from services.referral.web.draft.steps import TRIED, address, frame
from services.referral.web.draft.summary import sections
from services.referral.web.draft.told import person_has_consented
from services.referral.web.page import Page, asked_version, parts
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
@leads_to_what_was_sent
def check(draft_id: UUID) -> Page:
    """Everything that will be sent, with a way to change each part."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        draft = open_for_pages(draft_id, actor, uow)
        missing = first_incomplete(draft.answers)
        if missing != "check":
            uow.commit()
            return redirect(f"{address(draft, missing)}?{TRIED}=1", 303)
        answers = dict(draft.answers)
        try:
            unit = receiver_of(answers, actor, uow).unit
        except NoReceiverIsKnown:
            # the rules are gone since: the receiver's step says so, where the place was given
            uow.commit()
            return redirect(address(draft, "receiver"), 303)
        if unit is not None and lacks_a_new_yes(answers, unit):
            uow.commit()
            return redirect(address(draft, "receiver"), 303)
        page = _check_page(draft, actor, uow)
        uow.commit()
    return page


@pages.post(f"{A_DRAFT}/send")
@needs(Role.REFERRER, goes_on=True, tries=Tried(Action.SEND, "draft"))
@leads_to_what_was_sent
def send(draft_id: UUID) -> Page:
    """Send it. The same draft sent twice is one referral: a double click ends on the same receipt."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        wait_for_a_first_click(draft_id, uow)
        draft = open_for_pages(draft_id, actor, uow)
        missing = first_incomplete(draft.answers)
        if missing != "check":
            uow.commit()
            return redirect(f"{address(draft, missing)}?{TRIED}=1", 303)
        if asked_version() != draft.version:
            # nothing is sent that its sender has not read
            uow.commit()
            flash(gettext(CHANGED), "warning")
            return redirect(address(draft, "check"), 303)
        try:
            answers = dict(draft.answers)
            unit = receiver_of(answers, actor, uow).unit
            if unit is not None and lacks_a_new_yes(answers, unit):
                # a rule has changed since: nobody has been told of this unit
                uow.commit()
                flash(gettext(ANOTHER_RECEIVER), "warning")
                return redirect(address(draft, "receiver"), 303)
            referral = send_referral(command_from(answers, draft_id, unit), actor, uow)
        except ValidationError:
            uow.commit()
            return redirect(f"{address(draft, first_incomplete(draft.answers))}?{TRIED}=1", 303)
        except NoReceiverIsKnown:
            uow.commit()
            return redirect(address(draft, "receiver"), 303)
        except Invalid as refusal:
            page = _check_page(draft, actor, uow, _problems(refusal, draft))
            # refused before anything was written; what the page shows was read all the same
            uow.commit()
            return page, refusal.status
        location = remember_sending(draft_id, referral, actor, uow)
        uow.commit()
    return redirect(location, 303)


def _check_page(
    draft: Draft, actor: Actor, uow: ReferralUnitOfWork, problems: list[tuple[str, str]] | None = None
) -> str:
    answers: dict[str, Any] = dict(draft.answers)
    receiver = receiver_of(answers, actor, uow)
    given = promises(Priority(answers["support"]["priority"]), uow.clock.now(), uow.calendar)
    return render_template(
        "draft/check.html",
        step=frame("check", draft),
        send=address(draft, "send"),
        sections=sections(answers, receiver, lambda name: address(draft, name)),
        problems=problems or [],
        receiver=receiver.name,
        acknowledge_by=given.acknowledge_by,
        contact_by=given.first_contact_by,
        reaches_out=not carer_of(answers).safe_contact.do_not_reach_out,
        person_has_consented=person_has_consented(answers),
    )


def _problems(refusal: Invalid, draft: Draft) -> list[tuple[str, str]]:
    """Sentences, each with the step where it is put right."""
    found = []
    for where, said in (refusal.fields or {"": refusal.title}).items():
        step = next((step for beginning, step in STEP_OF if where.startswith(beginning)), "")
        found += [(each, address(draft, step) if step else "") for each in sentences(said)]
    return found
