"""Pages for reviewers: consents and referrals, one's trail, all entries, and how the log is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from services.audit.views.folding import folded
from services.audit.web.log_status import alarm_words
from services.audit.web.log_status.download import as_download
from services.audit.web.reviewing import Reviewing
from services.audit.web.trail import words
from shared.kernel.actor import Role
from shared.kernel.refusals import Invalid
from shared.web.held_forms import form_page, shown_again
from shared.web.limits import HEAVY, SEARCHES, costs
from shared.web.validation import messages
from shared.web.who import needs

ON_A_PAGE = 25
READINGS_ON_A_PAGE = 100
LONGEST_SEARCH = 100


def blueprint(reviewing: Reviewing) -> Blueprint:
    """Routes under /audit."""
    pages = Blueprint("audit", __name__, url_prefix="/audit")
    pages.app_context_processor(lambda: {"audit_words": words, "alarm_words": alarm_words})

    @pages.get("/")
    @needs(Role.AUDITOR)
    def index() -> str:
        return _list("consents", "consent")

    @pages.get("/referrals")
    @needs(Role.AUDITOR)
    def referrals() -> str:
        return _list("referrals", "referral")

    @pages.get("/entries")
    @needs(Role.AUDITOR)
    def entries() -> str:
        return _list("all", "entry")

    # what is searched for stays out of addresses, and so out of histories and logs
    @pages.post("/search")
    @needs(Role.AUDITOR)
    @costs(SEARCHES)
    def search() -> AnyResponse:
        return shown_again(_search, {"asked": request.form.get("asked", "")[:LONGEST_SEARCH]}, {})

    @pages.get("/search")
    @needs(Role.AUDITOR)
    @costs(SEARCHES)
    def searched() -> Any:
        return form_page(_search, {}, {}, reminds=False)

    @pages.get("/consents/<uuid:consent_id>")
    @needs(Role.AUDITOR)
    def consent(consent_id: UUID) -> str:
        return _trail("consent", consent_id)

    @pages.get("/referrals/<uuid:referral_id>")
    @needs(Role.AUDITOR)
    def referral(referral_id: UUID) -> str:
        return _trail("referral", referral_id)

    @pages.get("/log")
    @needs(Role.AUDITOR)
    def log() -> str:
        return _log()

    @pages.post("/log/verify")
    @needs(Role.AUDITOR)
    @costs(HEAVY)
    def verify() -> AnyResponse:
        reviewing.ask_for_a_round()
        flash(_("You have asked for the whole log to be verified. This page shows how far it has come."), "success")
        return redirect("/audit/log", 303)

    @pages.get("/log/alarms/<uuid:alarm_id>")
    @needs(Role.AUDITOR)
    def alarm(alarm_id: UUID) -> str:
        return _alarm(alarm_id, {})

    @pages.post("/log/alarms/<uuid:alarm_id>/seen")
    @needs(Role.AUDITOR)
    def seen(alarm_id: UUID) -> AnyResponse | tuple[str, int]:
        try:
            reviewing.close_alarm(alarm_id, request.form.get("reason", ""))
        except Invalid as invalid:
            return _alarm(alarm_id, messages(invalid.fields)), 422
        # promise: an-alarm-is-closed-with-a-reason
        flash(_("The alarm is closed. The log remembers that you closed it, and why."), "success")
        return redirect("/audit/log", 303)

    @pages.post("/log/export")
    @needs(Role.AUDITOR)
    @costs(HEAVY)
    def export() -> Response:
        return as_download(reviewing.export(with_names=request.form.get("names") == "yes"))

    def _search(written: dict[str, Any], _errors: dict[str, Any]) -> AnyResponse | str:
        """What fits. Each look at it is a search of its own, and recorded; with nothing asked, none is made."""
        found, errors, asked = None, {}, written.get("asked", "")
        try:
            found = reviewing.search(asked) if written else None
        except Invalid as invalid:
            errors = messages(invalid.fields)
        if found and len(found) == 1:
            return redirect(f"/audit/{found[0].kind}s/{found[0].id}", 303)
        return render_template("trail/search.html", asked=asked, found=found, errors=errors)

    def _list(kind: str, record_kind: str) -> str:
        steps, states, cursor = reviewing.page(kind, ON_A_PAGE, request.args.get("cursor"), record_kind)
        return render_template(
            f"trail/{'entries' if kind == 'all' else kind}.html",
            steps=steps,
            states={str(each): state for each, state in states.items()},
            cursor=cursor,
            is_first="cursor" not in request.args,
        )

    def _trail(kind: str, subject_id: UUID) -> str:
        trail, cursor = reviewing.trail_of(kind, subject_id, READINGS_ON_A_PAGE, request.args.get("cursor"))
        return render_template("trail/trail.html", trail=trail, told=folded(trail.steps), cursor=cursor)

    def _log() -> str:
        return render_template("log_status/log.html", log=reviewing.status())

    def _alarm(alarm_id: UUID, errors: dict[str, str]) -> str:
        return render_template("log_status/alarm.html", alarm=reviewing.alarm(alarm_id), errors=errors)

    return pages
