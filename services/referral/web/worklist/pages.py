"""Where each role begins: the work list of those who receive, and what those who send have sent."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.consent.withdrawal import Withdrawal
from services.referral.views.drafts import draft_list
from services.referral.views.lines import Line
from services.referral.views.sent_referrals import sent_list
from services.referral.views.worklist import Show, work_list
from services.referral.web import words as words
from services.referral.web.page import STAFF, reading
from services.referral.web.worklist import words as own
from shared.kernel.actor import Role
from shared.web.api.answers import page_cursor, read_cursor
from shared.web.errors import DirectoryIsSilent, MalformedCursor
from shared.web.who import current_actor, hears_the_directory, must_hear_the_directory, needs

pages = Blueprint("worklist", __name__, url_prefix="/referral")


@pages.get("/")
@needs(*STAFF, goes_on=True)
def start() -> str | tuple[str, int, dict[str, str]]:
    """Where each role begins: the referrer with what was sent, the adviser with what waits."""
    if current_actor().role is Role.ADVISER:
        must_hear_the_directory()
        return _work_list()
    return _sent() if hears_the_directory() else _drafts_alone()


def _drafts_alone() -> tuple[str, int, dict[str, str]]:
    """While nobody is sure who may see what the unit has sent: the person's own drafts, and the way to a new one."""
    actor, silence = current_actor(), DirectoryIsSilent()
    with reading(actor) as uow:
        drafts = draft_list(actor, uow)
    page = render_template("worklist/sent.html", sent=None, silence=silence.detail, drafts=drafts)
    return page, silence.status, {"Retry-After": "10"}


def _sent() -> str:
    actor = current_actor()
    with reading(actor) as uow:
        after = _after("sent")
        sent = sent_list(actor, uow, after=after)
        drafts = [] if after else draft_list(actor, uow)
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
    with reading(actor) as uow:
        found = work_list(show, actor, uow, after=_after(f"worklist-{show}"))
    return render_template(
        "worklist/worklist.html",
        found=found,
        show=show,
        shows=[(each.value, str(own.SHOWS[each]), found.counts[each]) for each in Show],
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
    return line.carer_name or str(own.HIDDEN_NAMES.get(line.why_hidden) or gettext("Hidden"))


def asks_of(withdrawal: Withdrawal) -> str:
    """What a withdrawal asks of the receiving side, briefly, for a list."""
    asked = [str(own.WITHDRAWAL_ASKS_BRIEFLY[scope.value]) for scope in Scope if scope in withdrawal.scopes]
    return " ".join(filter(None, asked[:1] if Scope.SHARE_WITH_RECEIVING_UNIT in withdrawal.scopes else asked))


def _next(purpose: str, place: tuple[str, str] | None, show: str = "") -> str | None:
    if place is None:
        return None
    return url_for("worklist.start", show=show or None, cursor=page_cursor(purpose, place))


def _after(purpose: str) -> tuple[str, str] | None:
    values = read_cursor(purpose, request.args.get("cursor"))
    if values is None:
        return None
    try:
        return str(values[0]), str(UUID(values[1]))
    except (ValueError, TypeError, IndexError):
        raise MalformedCursor from None
