"""Pages for reviewers: how the log is, its alarms, its verification, and an export."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as Download
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from services.audit.web.log_status import alarm_words, looks
from services.audit.web.log_status.download import as_download
from shared.kernel.actor import Role
from shared.kernel.refusals import Invalid
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.limits import HEAVY, costs
from shared.web.validation import messages
from shared.web.who import Tried, needs

pages = Blueprint("log_status", __name__, url_prefix="/audit/log")
pages.app_context_processor(lambda: {"alarm_words": alarm_words})


@pages.get("")
@needs(Role.AUDITOR)
def log() -> str:
    """How the log is."""
    return render_template("log_status/log.html", log=looks.status())


@pages.post("/verify")
@needs(Role.AUDITOR)
@costs(HEAVY)
def verify() -> Response:
    """Have the whole log verified."""
    looks.ask_for_a_round()
    flash(_("You have asked for the whole log to be verified. This page shows how far it has come."), "success")
    return redirect(url_for("log_status.log"), 303)


@pages.get("/alarms/<uuid:alarm_id>")
@needs(Role.AUDITOR, tries=Tried("read", "alarm"))
def alarm(alarm_id: UUID) -> Any:
    """One alarm, and what to do about it."""
    return form_page(partial(_alarm, alarm_id), {}, {})


@pages.post("/alarms/<uuid:alarm_id>/seen")
@needs(Role.AUDITOR, tries=Tried("read", "alarm"))
@takes_form
def seen(alarm_id: UUID) -> Response:
    """Close an alarm for a reason."""
    reason = request.form.get("reason", "")
    try:
        looks.close(alarm_id, reason)
    except Invalid as invalid:
        page = url_for("log_status.alarm", alarm_id=alarm_id)
        return shown_again(partial(_alarm, alarm_id), {"reason": reason}, messages(invalid.fields), at=page)
    # promise: an-alarm-is-closed-with-a-reason
    flash(_("The alarm is closed. The log remembers that you closed it, and why."), "success")
    return redirect(url_for("log_status.log"), 303)


@pages.post("/export")
@needs(Role.AUDITOR)
@costs(HEAVY)
def export() -> Download:
    """The whole log, to be verified elsewhere."""
    return as_download(looks.exported(with_names=request.form.get("names") == "yes"))


def _alarm(alarm_id: UUID, _written: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template("log_status/alarm.html", alarm=looks.open_alarm(alarm_id), errors=errors)
