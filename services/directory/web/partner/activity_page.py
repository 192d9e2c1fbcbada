"""What the page with one activity's form shows: its values, what is wrong with them, and where everybody finds it."""

from __future__ import annotations

from typing import Any

from flask import render_template
from marshmallow import ValidationError

from services.directory.domain.activity import Activity, ActivityStatus, Repeats, Session
from services.directory.domain.support_service import SupportService
from services.directory.web import words
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import ActivityForm, form_from_session
from services.directory.web.page import parts
from services.directory.web.partner.pages import service_of_own
from services.directory.web.partner.publicly import Where, where
from services.directory.web.values_in_words import in_words
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Invalid
from shared.web.validation import messages

# the domain speaks of moments, the form of days and times
_FORM_NAMES = {"starts_at": "begins", "ends_at": "ends"}


def where_for_everybody(service: SupportService, session: Session) -> Where:
    """Where everybody else finds it now, if they do."""
    return where(service.listing, session, parts().clock.now())


def is_shown(activity: Activity) -> bool:
    """Whether everybody sees the activity, and so whether it is cancelled."""
    return where_for_everybody(service_of_own(activity.service_id), activity.session) is Where.SHOWN


def mistakes(problem: ValidationError | Invalid) -> dict[str, str]:
    """What is wrong, by the form's own names."""
    if isinstance(problem, ValidationError):
        return messages(problem.messages)
    fields = problem.fields or {"": problem.title}
    return {_FORM_NAMES.get(name, name): said for name, said in messages(fields).items()}


def page_of(
    service: SupportService,
    activity: Activity | None,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    moved: bool = False,
) -> str:
    """The page with these values in the form. ``moved``: somebody was faster, so both are shown, theirs and these."""
    saved = form_from_session(activity.session, activity.version) if activity else {}
    values = {MARK: shown(ActivityForm(), saved), **dict.fromkeys(ActivityForm().fields, ""), "id": uuid7(), **values}
    offered = {"repeats": [(each.value, words.repeats_name(each)) for each in Repeats]}
    kept, chosen = in_words(saved, offered, ["digital"]), in_words(values, offered, ["digital"])
    if activity and moved:
        values = {**after_conflict(ActivityForm(), values, saved), "version": activity.version}
    return render_template(
        "partner/activity_form.html",
        service=service,
        activity=activity,
        cancelled=activity is not None and activity.status is ActivityStatus.CANCELLED,
        is_shown=activity is not None and where_for_everybody(service, activity.session) is Where.SHOWN,
        saved=kept,
        chosen=chosen,
        touched=any(kept.get(name) != chosen[name] for name in ActivityForm().fields if name != "version"),
        values=values,
        errors=errors,
        moved=moved,
        repeats=offered["repeats"],
    )
