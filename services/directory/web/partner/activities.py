"""A partner's own activities: plan, change, cancel, take up again."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.commands.save_activity import (
    ChangeActivity,
    PlanActivity,
    change_activity,
    own_activity,
    plan_activity,
)
from services.directory.domain.activity import Activity, ActivityStatus, Repeats, Session
from services.directory.domain.refusals import (
    ActivityIsCancelled,
    AlreadyRegistered,
    ListingIsNotYours,
)
from services.directory.domain.support_service import SupportService
from services.directory.web import words
from services.directory.web.form_changes import session_after, session_changed_in
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import ActivityForm, as_written, form_from_session
from services.directory.web.page import changing, current_editor, parts, reading
from services.directory.web.partner.pages import service_of_own
from services.directory.web.partner.publicly import Where, activity_saved, where
from services.directory.web.partner.services import pages as pages
from services.directory.web.values_in_words import in_words
from shared.kernel.actor import Role
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.web.held_forms import form_page, shown_again, takes_form
from shared.web.sent_twice import carry_out_once
from shared.web.validation import messages
from shared.web.who import Tried, needs

# the domain speaks of moments, the form of days and times
_FORM_NAMES = {"starts_at": "begins", "ends_at": "ends"}


@pages.get("/services/<uuid:service_id>/activities/new")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "support-service"))
def new_activity(service_id: UUID) -> Any:
    """An empty form. Its id comes along, so that sending it twice plans it once."""
    service = service_of_own(service_id)
    place = service.listing.location
    values = {
        "id": uuid7(),
        "version": 0,
        "repeats": Repeats.ONCE.value,
        "digital": service.listing.digital,
        "place": ", ".join(filter(None, (place.name, place.address))) if place else "",
        "cost": service.listing.cost,
    }
    return form_page(partial(_page, service, None), values, {})


@pages.post("/services/<uuid:service_id>/activities/new")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "support-service"))
@takes_form
def add_activity(service_id: UUID) -> Response:
    """Plan a new activity."""
    editor = current_editor()
    service = service_of_own(service_id)
    written = as_written(request.form)
    try:
        session = session_after(ActivityForm().load(request.form))
        activity_id = UUID(written.get("id", ""))
        asked = PlanActivity(activity_id=activity_id, service_id=service_id, session=session)
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: plan_activity(asked, editor, uow).version,
                standing=lambda: own_activity(activity_id, editor, uow).version,
            )
    except (AlreadyRegistered, VersionHasMoved):
        # sent before with other words, or changed since: it is there to be changed, beside what was written now
        page = partial(_page, service, activity_of_own(activity_id))
        return shown_again(page, written, {}, at=url_for("partner.activity_form", activity_id=activity_id), moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_page, service, None), written, _said(problem))
    except ValueError:
        raise ListingIsNotYours from None
    # promise: saved-activity-is-found-at-once
    flash(
        activity_saved(_where(service, session), session, _("Saved. The activity can be found by everyone now.")),
        "success",
    )
    return redirect(url_for("partner.mine"), 303)


@pages.get("/activities/<uuid:activity_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "activity"))
def activity_form(activity_id: UUID) -> Any:
    """An activity, to be changed."""
    activity = activity_of_own(activity_id)
    page = partial(_page, service_of_own(activity.service_id), activity)
    return form_page(page, form_from_session(activity.session, activity.version), {})


@pages.post("/activities/<uuid:activity_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
@takes_form
def save_activity(activity_id: UUID) -> Response:
    """Change an activity. Whoever comes second sees both what is saved and what they wrote themselves."""
    editor = current_editor()
    activity = activity_of_own(activity_id)
    service = service_of_own(activity.service_id)
    written = as_written(request.form)
    try:
        form = ActivityForm().load(request.form)
        changed = session_changed_in(ActivityForm(), activity.session, request.form)
        session = session_after(form, activity.session, changed)
        asked = ChangeActivity(activity_id=activity_id, version=form["version"], session=session)
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: change_activity(asked, editor, uow).version,
                standing=lambda: own_activity(activity_id, editor, uow).version,
            )
    except VersionHasMoved:
        return shown_again(partial(_page, service, activity_of_own(activity_id)), written, {}, moved=True)
    except ActivityIsCancelled:
        return shown_again(partial(_page, service, activity_of_own(activity_id)), written, {})
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_page, service, activity), written, _said(problem))
    done = _("Saved. This is what the public page says from now on.")
    flash(activity_saved(_where(service, session), session, done), "success")
    return redirect(url_for("partner.mine"), 303)


def _where(service: SupportService, session: Session) -> Where:
    return where(service.listing, session, parts().clock.now())


def is_shown(activity: Activity) -> bool:
    """Whether everybody sees the activity, and so whether it is cancelled."""
    return _where(service_of_own(activity.service_id), activity.session) is Where.SHOWN


def activity_of_own(activity_id: UUID) -> Activity:
    """An activity of the editor's organisation. Raises ListingIsNotYours, with the attempt recorded, for any other."""
    editor = current_editor()
    with reading(editor) as uow:
        return own_activity(activity_id, editor, uow)


def _said(problem: ValidationError | Invalid) -> dict[str, str]:
    if isinstance(problem, ValidationError):
        return messages(problem.messages)
    fields = problem.fields or {"": problem.title}
    return {_FORM_NAMES.get(name, name): said for name, said in messages(fields).items()}


def _page(
    service: SupportService,
    activity: Activity | None,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    moved: bool = False,
) -> str:
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
        is_shown=activity is not None and _where(service, activity.session) is Where.SHOWN,
        saved=kept,
        chosen=chosen,
        touched=any(kept.get(name) != chosen[name] for name in ActivityForm().fields if name != "version"),
        values=values,
        errors=errors,
        moved=moved,
        repeats=offered["repeats"],
    )
