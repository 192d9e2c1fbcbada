"""The people's door to referrals: every page on one page, and where each role begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext

from services.referral.domain.consent.consent import Withdrawal
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.states import Action
from services.referral.views.drafts import draft_list
from services.referral.views.listed import Line
from services.referral.views.sent import sent_list
from services.referral.views.worklist import Show, work_list
from services.referral.web import formats as pages_format
from services.referral.web import words as words
from services.referral.web.consent import pages as pages_withdrawing
from services.referral.web.door import lets_in
from services.referral.web.draft import pages as pages_drafts
from services.referral.web.draft import sending as pages_sending
from services.referral.web.draft.sent import leads_to_what_was_sent
from services.referral.web.page import STAFF, parts
from services.referral.web.referral import pages as pages_referral
from services.referral.web.step import admission as pages_admission
from services.referral.web.step import pages as pages_acting
from shared.kernel.actor import Role
from shared.web.api import page_cursor, read_cursor
from shared.web.errors import DirectoryIsSilent, MalformedCursor
from shared.web.who import View, current_actor, hears_the_directory, must_hear_the_directory, needs

REFERRER = [Role.REFERRER]
A_NEW_ONE = "/new/<uuid:begun>"
A_DRAFT = "/drafts/<uuid:draft_id>"
A_REFERRAL = "/referrals/<uuid:referral_id>"
FORM = ["GET", "POST"]
# what somebody tried at a door that is not for their role; at all others, to open
TRIED = {
    "discard": Action.DISCARD_DRAFT,
    "send": Action.SEND,
    "accept": Action.ACCEPT,
    "first_contact": Action.FIRST_CONTACT,
    "reject": Action.REJECT,
    "complete": Action.COMPLETE,
    "cancel": Action.CANCEL,
    "withdraw": Action.WITHDRAW_CONSENT,
}


def blueprint() -> Blueprint:
    """All pages under ``/referral``."""
    pages = Blueprint("referral_pages", __name__, url_prefix="/referral")
    for path, view, roles, methods in (
        ("/", start, STAFF, ["GET"]),
        ("/new", pages_drafts.new, REFERRER, ["GET"]),
        (A_NEW_ONE, pages_drafts.begin, REFERRER, FORM),
        (A_DRAFT, pages_drafts.resume, REFERRER, ["GET"]),
        (f"{A_DRAFT}/discard", pages_drafts.discard, REFERRER, FORM),
        (f"{A_DRAFT}/<step>", pages_drafts.step, REFERRER, FORM),
        (f"{A_DRAFT}/check", pages_sending.check, REFERRER, ["GET"]),
        (f"{A_DRAFT}/send", pages_sending.send, REFERRER, ["POST"]),
        (A_REFERRAL, pages_referral.show, STAFF, ["GET"]),
        (f"{A_REFERRAL}/receipt", pages_sending.receipt, REFERRER, ["GET"]),
        (f"{A_REFERRAL}/accept", pages_acting.accept, STAFF, ["POST"]),
        (f"{A_REFERRAL}/first-contact", pages_acting.first_contact, STAFF, ["POST"]),
        (f"{A_REFERRAL}/reject", pages_acting.reject, STAFF, FORM),
        (f"{A_REFERRAL}/complete", pages_acting.complete, STAFF, FORM),
        (f"{A_REFERRAL}/cancel", pages_acting.cancel, STAFF, FORM),
        (f"{A_REFERRAL}/withdraw-consent", pages_withdrawing.withdraw, STAFF, FORM),
        (f"{A_REFERRAL}/moved", pages_admission.moved, STAFF, ["GET"]),
    ):
        pages.add_url_rule(path, view.__name__, _door(path, view.__name__, roles)(view), methods=methods)
    pages.add_app_template_filter(pages_format.last_day, "last_day")
    pages.add_app_template_filter(pages_format.short_last_day, "short_last_day")
    pages.add_app_template_filter(pages_format.days, "days")
    pages.add_app_template_filter(pages_format.with_typed, "with_typed")
    pages.add_app_template_filter(words.shown_state, "shown_state")
    return pages


def _door(path: str, name: str, roles: Sequence[Role]) -> Callable[[View], View]:
    """Who may enter; where the address names a referral or a draft, whoever may not leaves a record."""
    # while the directory is silent one's own drafts and their sending go on; what these two show is looked at there
    goes_on = not path.startswith(A_REFERRAL) or name == "receipt"
    if "<uuid:" not in path:
        return needs(*roles, goes_on=goes_on)
    if path == A_NEW_ONE:
        # names nothing that anybody else has
        return lambda view: needs(*roles, goes_on=goes_on)(leads_to_what_was_sent(view))
    kind = "referral" if path.startswith(A_REFERRAL) else "draft"
    door = lets_in(*roles, action=TRIED.get(name, Action.OPEN), record_kind=kind, goes_on=goes_on)
    return door if kind == "referral" else lambda view: door(leads_to_what_was_sent(view))


def start() -> str | tuple[str, int, dict[str, str]]:
    """Where each role begins: the referrer with what was sent, the adviser with what waits."""
    if current_actor().role is Role.ADVISER:
        must_hear_the_directory()
        return _work_list()
    return _sent() if hears_the_directory() else _drafts_alone()


def _drafts_alone() -> tuple[str, int, dict[str, str]]:
    """While nobody is sure who may see what the unit has sent: the person's own drafts, and the way to a new one."""
    actor, silence = current_actor(), DirectoryIsSilent()
    with parts().unit_of_work(actor) as uow:
        drafts = draft_list(actor, uow)
        uow.commit()
    page = render_template("worklist/sent.html", sent=None, silence=silence.detail, drafts=drafts)
    return page, silence.status, {"Retry-After": "10"}


def _sent() -> str:
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        after = _after("sent")
        sent = sent_list(actor, uow, after=after)
        drafts = [] if after else draft_list(actor, uow)
        uow.commit()
    return render_template(
        "worklist/sent.html",
        sent=sent,
        drafts=drafts,
        further=after is not None,
        next_url=_next("sent", sent.next),
        name_of=name_of,
    )


def _work_list() -> str:
    actor = current_actor()
    given = request.args.get("show", Show.OPEN)
    show = Show(given) if given in list(Show) else Show.OPEN
    with parts().unit_of_work(actor) as uow:
        found = work_list(show, actor, uow, after=_after(f"worklist-{show}"))
        uow.commit()
    return render_template(
        "worklist/worklist.html",
        found=found,
        show=show,
        shows=[(each.value, str(words.SHOWS[each]), found.counts[each]) for each in Show],
        further="cursor" in request.args,
        next_url=_next(f"worklist-{show}", found.next, show),
        name_of=name_of,
        promises=words.PROMISES,
        who_withdrew=words.who_withdrew,
        asks_of=asks_of,
        priorities=words.PRIORITIES,
    )


def name_of(line: Line) -> str:
    """What a list calls a carer: the name, or why it is not shown."""
    return line.carer_name or str(words.HIDDEN_NAMES.get(line.why_hidden) or gettext("Hidden"))


def asks_of(withdrawal: Withdrawal) -> str:
    """What a withdrawal asks of the receiving side, briefly, for a list."""
    asked = [str(words.WITHDRAWAL_ASKS_BRIEFLY[scope.value]) for scope in Scope if scope in withdrawal.scopes]
    return " ".join(filter(None, asked[:1] if Scope.SHARE_WITH_RECEIVING_UNIT in withdrawal.scopes else asked))


def _next(purpose: str, place: tuple[str, str] | None, show: str = "") -> str | None:
    if place is None:
        return None
    chosen = f"show={show}&" if show else ""
    return f"/referral/?{chosen}cursor={page_cursor(purpose, place)}"


def _after(purpose: str) -> tuple[str, str] | None:
    values = read_cursor(purpose, request.args.get("cursor"))
    if values is None:
        return None
    try:
        return str(values[0]), str(UUID(values[1]))
    except (ValueError, TypeError, IndexError):
        raise MalformedCursor from None
