"""One referral's page, for whoever may see it: what it says, its track, and what this caller may do now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from flask_babel import gettext as _
from markupsafe import Markup, escape

from services.referral.domain import codes
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.scopes import SCOPES_OF, Scope
from services.referral.domain.consent.withdrawal import Withdrawal, withdrawals_of
from services.referral.domain.content import UNREADABLE, Closed, Need, Part
from services.referral.domain.lifecycle import RECEIVERS, REFERRERS, STEPS, Action, Who
from services.referral.domain.permissions import Relation
from services.referral.domain.reading import Reading
from services.referral.views.referral_page import ReferralPage, referral_page
from services.referral.views.timeline import Mark, Progress, Stage
from services.referral.web import state_words
from services.referral.web import words as words
from services.referral.web.formats import last_day
from services.referral.web.page import STAFF, changing
from services.referral.web.referral import words as own
from services.referral.web.referral.called_on import called_on
from services.referral.web.rows import carer_rows, need_rows, person_rows, titles
from services.referral.web.steps import OFFERS, view_of
from shared.kernel.identity import ReferralId
from shared.web.i18n.language_names import language_name
from shared.web.i18n.other_language import joined, put_into, with_lang
from shared.web.who import Tried, current_actor, needs

pages = Blueprint("referral", __name__, url_prefix="/referral")

# each kind of end by its own list: the same code may be in several, and mean something else in each
REASONS: dict[Stage, tuple[codes.Code, ...]] = {way.stage: way.reasons for way in STEPS.values() if way.stage}
# the product itself cancels when the consent is withdrawn, and says so
REASONS[Stage.CANCELLED] += codes.SYSTEM_REASONS


@pages.get("/referrals/<uuid:referral_id>")
@needs(*STAFF, tries=Tried(Action.OPEN, "referral"))
def show(referral_id: UUID) -> str:
    """Open it. The reading is recorded in the transaction that allows it; that it is opened at all is a change."""
    with changing(current_actor()) as uow:
        page = referral_page(ReferralId(referral_id), current_actor(), uow)
    reading, content = page.opened.reading, page.opened.content
    return render_template(
        "referral/referral.html",
        page=page,
        referral=page.opened.referral,
        reading=reading,
        receives=reading.relation in (Relation.RECEIVING_UNIT, Relation.STAND_IN),
        withdrawals=[withdrawal_told(each, page) for each in withdrawals_of(page.opened.referral.consents)],
        due=due(reading),
        do_not_reach_out=content.carer is not None and content.carer.safe_contact.do_not_reach_out,
        carer=carer_rows(content.carer) if content.carer else None,
        protected=page.opened.referral.protected_identity,
        need=need_rows(content.need) + stand_in_row(page, content.need) if content.need else None,
        person=person_rows(content.person_cared_for) if content.person_cared_for else None,
        closed={each.part: closed_sentence(each) for each in reading.closed},
        unreadable={each.part for each in reading.closed if each.why == UNREADABLE},
        person_was_told_of=page.opened.referral.told_about_person,
        steps=[track_step(mark, page) for mark in marked(page.track)],
        state=state_words.shown_state(reading.shown_state),
        consents=[consent_rows(each, page) for each in page.opened.referral.consents],
        priority=str(words.PRIORITIES[page.opened.referral.priority.value]),
        acts=offered(reading.actions, RECEIVERS),
        own_acts=offered(reading.actions, REFERRERS),
    )


def offered(actions: Sequence[Action], who: Who) -> list[dict[str, Any]]:
    """The steps that one side may take now, as buttons: those that are only a button, and those that have a form."""
    return [
        {
            "view": f"step.{view_of(action)}",
            "button": str(OFFERS[action].button),
            "hint": str(OFFERS[action].hint or ""),
            "has_form": bool(STEPS[action].reasons),
        }
        for action in actions
        if action in STEPS and STEPS[action].who == who
    ]


def stand_in_row(page: ReferralPage, need: Need) -> list[tuple[str, str]]:
    """Which unit stands in, and who named it."""
    named = words.stand_in(page.stand_in.name, need.stand_in_named_by) if page.stand_in else ""
    return [(_("Stands in for it"), named)] if named else []


def closed_sentence(closed: Closed) -> str:
    """Why a part is closed to this reader, in plain words."""
    if closed.part == Part.PERSON_CARED_FOR and closed.why == "consent-not-given":
        # promise: nothing-about-them-was-sent
        return _("There is no consent to tell about the one who receives the support, so nothing about them was sent.")
    return str(own.WHOSE_CONSENT.get((closed.why, closed.whose or "")) or own.WHY_CLOSED[closed.why])


def marked(track: list[Mark]) -> list[tuple[Mark, str]]:
    """Each mark with how it is drawn: the first that lies ahead is what is waited for now."""
    coming = next((mark for mark in track if mark.progress is Progress.AHEAD), None)
    return [(mark, "now" if mark is coming else mark.progress.value) for mark in track]


def track_step(marked_one: tuple[Mark, str], page: ReferralPage) -> dict[str, Any]:
    """A mark as the track's macro wants it."""
    mark, drawn = marked_one
    title = str((own.STAGES_AHEAD if mark.progress is Progress.AHEAD else state_words.STAGES)[mark.stage])
    said = [titles(REASONS.get(mark.stage, ()), [mark.reason]) if mark.reason else "", with_lang(mark.comment.strip())]
    if mark.comment_is_unreadable:
        said.append(_("There is a comment that cannot be read."))
    if mark.stage is Stage.DELIVERED and page.receiving:
        said.append(put_into(_("It came into the work list of %(unit)s."), unit=with_lang(page.receiving.name)))
    if mark.stage is Stage.WITHDRAWN:
        # which part of whose, where that is known: a consent tells of its latest withdrawal alone
        found = withdrawals_of(page.opened.referral.consents)
        said += [words.who_withdrew(each) for each in found if each.at == mark.at]
    if mark.unmet_needs:
        said.append(_("Could not be met: %(needs)s", needs=titles(codes.UNMET_NEEDS, mark.unmet_needs)))
    if mark.by_when:
        said.append(_("At the latest on %(day)s", day=last_day(mark.by_when)))
    return {"title": title, "at": mark.at, "text": in_sentences(said), "state": drawn, "late": mark.late}


def due(reading: Reading) -> str:
    """The next deadline in a few words, as far as the reader may know it; empty where no day is set."""
    if reading.deadline is None or reading.deadline.due_at is None:
        return ""
    promised = str(words.PROMISES[reading.deadline.promise.value])
    return f"{promised} {_('at the latest on %(day)s', day=last_day(reading.deadline.due_at))}"


def withdrawal_told(withdrawal: Withdrawal, page: ReferralPage) -> dict[str, Any]:
    """What was withdrawn, by whom, where it was written down, and what is asked of the receiving side."""
    gone = [scope for scope in Scope if scope in withdrawal.scopes]
    # everything else rests on the yes to sharing: what is asked then is asked of all of it
    asking = [Scope.SHARE_WITH_RECEIVING_UNIT] if Scope.SHARE_WITH_RECEIVING_UNIT in gone else gone
    units = {unit.id: unit.name for unit in (page.referring, page.receiving, page.stand_in) if unit}
    return {
        "heading": words.who_withdrew(withdrawal),
        "what": ", ".join(str(words.SCOPES[scope.value]) for scope in gone),
        "at": withdrawal.at,
        "unit": units.get(withdrawal.unit_id, "–"),
        "asks": [str(own.WITHDRAWAL_ASKS[scope.value]) for scope in asking],
    }


def in_sentences(said: Sequence[str]) -> Markup:
    """Some texts after one another, with a full stop between those that have none of their own."""
    *first, last = [each for each in said if each.strip()] or [""]
    ended = [each if each.endswith((".", "!", "?", "…")) else escape(each) + "." for each in first]
    return joined(" ", [*ended, last])


def consent_rows(consent: Consent, page: ReferralPage) -> dict[str, Any]:
    """A consent as it stands: whose, to whom, and each scope with its answer."""
    called, scopes = called_on(page), []
    for scope in sorted(SCOPES_OF[consent.about]):
        withdrawn = scope in consent.withdrawn_scopes
        answer = _("Withdrawn") if withdrawn else words.answer(consent.answer_to(scope))
        scopes.append((called.scope(scope), answer, withdrawn))
    return {
        "about": called.heading(consent.about),
        "scopes": scopes,
        "recipient": page.receiving.name if page.receiving else "–",
        "stand_in": page.stand_in.name if page.stand_in and consent.stand_in_unit_id else "",
        "given_at": consent.given_at,
        "expires_at": consent.expires_at,
        "withdrawn_at": consent.withdrawn_at,
        "wholly": words.WHOLE[consent.about] in consent.withdrawn_scopes,
        "form": str(words.FORMS[consent.form.value]),
        "text_version": consent.text_version,
        "text_language": language_name(consent.text_language),
        "read_in": consent.text_language,
        "read_out": page.opened.words.get(consent.id),
    }
