"""A partner's own activities: plan, change, cancel, take up again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.save_activity import (
    CancelActivity,
    ChangeActivity,
    PlanActivity,
    TakeUpActivity,
    cancel_activity,
    change_activity,
    own_activity,
    plan_activity,
    take_up_activity,
)
from services.directory.commands.save_support_service import own_service
from services.directory.domain.activity import Activity, ActivityStatus, Repeats, Session
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import (
    ActivityIsCancelled,
    ActivityIsNotCancelled,
    AlreadyRegistered,
    ListingIsNotYours,
)
from services.directory.domain.support_service import SupportService
from services.directory.web import words
from services.directory.web.form_changes import session_after, session_changed_in
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import ActivityForm, as_written, form_from_session
from services.directory.web.page import changing, current_editor, parts, reading
from services.directory.web.partner.pages import pages as pages
from services.directory.web.partner.publicly import EVER, Where, activity_saved, where
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
    service = _own_service(service_id)
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
    service = _own_service(service_id)
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
        page = partial(_page, service, _own_activity(activity_id))
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
    activity = _own_activity(activity_id)
    page = partial(_page, _own_service(activity.service_id), activity)
    return form_page(page, form_from_session(activity.session, activity.version), {})


@pages.post("/activities/<uuid:activity_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
@takes_form
def save_activity(activity_id: UUID) -> Response:
    """Change an activity. Whoever comes second sees both what is saved and what they wrote themselves."""
    editor = current_editor()
    activity = _own_activity(activity_id)
    service = _own_service(activity.service_id)
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
        return shown_again(partial(_page, service, _own_activity(activity_id)), written, {}, moved=True)
    except ActivityIsCancelled:
        return shown_again(partial(_page, service, _own_activity(activity_id)), written, {})
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_page, service, activity), written, _said(problem))
    done = _("Saved. This is what the public page says from now on.")
    flash(activity_saved(_where(service, session), session, done), "success")
    return redirect(url_for("partner.mine"), 303)


@pages.get("/activities/<uuid:activity_id>/cancel")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "activity"))
def ask_before_cancelling(activity_id: UUID) -> Response | str:
    """What is cancelled, and what follows; nothing has happened yet."""
    activity = _own_activity(activity_id)
    if activity.status is ActivityStatus.CANCELLED:
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    session = activity.session
    left = [begins for begins, _ends in session.occurrences(parts().clock.now(), EVER)]
    return render_template(
        "partner/activity_cancel.html",
        service=_own_service(activity.service_id),
        activity=activity,
        left=left,
        is_shown=_is_shown(activity),
        last_day=session.repeats_until,
    )


@pages.post("/activities/<uuid:activity_id>/cancel")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
def cancel(activity_id: UUID) -> Response:
    """Cancel an activity; the public page says so."""
    asked = CancelActivity(activity_id=activity_id, version=_version())
    try:
        _carry_out(activity_id, lambda uow, editor: cancel_activity(asked, editor, uow).version)
    except VersionHasMoved:
        flash(_("Somebody changed this activity a moment ago. Look at it again before you cancel it."), "warning")
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    except ActivityIsCancelled:
        shown_so = _("The activity was cancelled already. The public page says so.")
        flash(
            shown_so if _is_shown(_own_activity(activity_id)) else _("The activity was cancelled already."), "success"
        )
        return redirect(url_for("partner.mine"), 303)
    if _is_shown(_own_activity(activity_id)):
        done = _("The activity is cancelled. The public page says so. If it was a mistake, you can undo it.")
    else:
        done = _("The activity is cancelled. If it was a mistake, you can undo it.")
    flash(done, "success")
    return redirect(url_for("partner.mine"), 303)


@pages.post("/activities/<uuid:activity_id>/take-up")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
def take_up(activity_id: UUID) -> Response:
    """Undo a cancellation; the public page shows the activity as before."""
    asked = TakeUpActivity(activity_id=activity_id, version=_version())
    try:
        _carry_out(activity_id, lambda uow, editor: take_up_activity(asked, editor, uow).version)
    except VersionHasMoved:
        flash(_("Somebody changed this activity a moment ago. Look at it again first."), "warning")
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    except ActivityIsNotCancelled:
        shown_so = _("The activity takes place, as the public page says.")
        flash(shown_so if _is_shown(_own_activity(activity_id)) else _("The activity takes place."), "success")
        return redirect(url_for("partner.mine"), 303)
    shown_so = _("The activity takes place after all. The public page says so.")
    flash(shown_so if _is_shown(_own_activity(activity_id)) else _("The activity takes place after all."), "success")
    return redirect(url_for("partner.mine"), 303)


def _where(service: SupportService, session: Session) -> Where:
    return where(service.listing, session, parts().clock.now())


def _is_shown(activity: Activity) -> bool:
    """Whether everybody sees the activity, and so whether it is cancelled."""
    return _where(_own_service(activity.service_id), activity.session) is Where.SHOWN


def _carry_out(activity_id: UUID, act: Callable[[DirectoryUnitOfWork, Editor], int]) -> None:
    editor = current_editor()
    with changing(editor) as uow:
        carry_out_once(
            uow.connection,
            uow.clock.now(),
            lambda: act(uow, editor),
            standing=lambda: own_activity(activity_id, editor, uow).version,
        )


def _version() -> int:
    return request.form.get("version", type=int) or 0


def _own_service(service_id: UUID) -> SupportService:
    editor = current_editor()
    with reading(editor) as uow:
        return own_service(service_id, editor, uow)


def _own_activity(activity_id: UUID) -> Activity:
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
