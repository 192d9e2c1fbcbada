"""The receipt of a sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, render_template
from flask_babel import gettext

from services.referral.domain.access import Shown
from services.referral.domain.lifecycle import CLOSED, Action
from services.referral.domain.referral import Step
from services.referral.views.referral_page import referral_page
from services.referral.web.page import reading
from shared.kernel.actor import Actor, Role
from shared.kernel.identity import ReferralId
from shared.web.i18n.other_language import with_lang
from shared.web.links import telephones
from shared.web.who import Tried, current_actor, must_hear_the_directory, needs

pages = Blueprint("receipt", __name__, url_prefix="/referral")
# so long the receipt of what somebody sent is theirs to read while nobody knows whose right has ended
RECEIPT_GOES_ON = timedelta(minutes=15)


@pages.get("/referrals/<uuid:referral_id>/receipt")
@needs(Role.REFERRER, goes_on=True, tries=Tried(Action.OPEN, "referral"))
def receipt(referral_id: UUID) -> str:
    """What to tell, and hand over to, the one who gives support: no names, so that it can lie on a table."""
    with reading(current_actor()) as uow:
        page = referral_page(ReferralId(referral_id), current_actor(), uow, shown=Shown.RECEIPT)
        if not _has_just_sent(page.opened.steps, current_actor(), uow.clock.now()):
            # whoever has just sent it is told so even while the directory is silent; nobody else is, nor anybody later
            must_hear_the_directory()
    carer = page.opened.content.carer
    # what is sealed or closed promises nothing any more
    goes_on = carer is not None and page.opened.referral.state not in CLOSED
    reaches_out = carer is not None and not carer.safe_contact.do_not_reach_out
    unit = page.receiving
    contact = _reached(gettext("Receiving unit"), unit.name, unit.phone) if unit else []
    if page.referring and page.referring.phone:
        contact += _reached(gettext("Referring unit"), page.referring.name, page.referring.phone)
    return render_template(
        "receipt/receipt.html",
        page=page,
        referral=page.opened.referral,
        goes_on=goes_on,
        reaches_out=reaches_out,
        contact=contact,
    )


def _has_just_sent(steps: Sequence[Step], actor: Actor, now: datetime) -> bool:
    return any(
        step.action is Action.SEND and step.by.user == actor.user and now - step.at < RECEIPT_GOES_ON for step in steps
    )


def _reached(what: str, name: str, phone: str | None) -> list[tuple[str, str]]:
    return [(what, with_lang(name)), (gettext("Telephone"), with_lang(telephones(phone or "")))]
