"""A partner's own activities: plan, change, cancel, take up again."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
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
from services.directory.domain.activity import Repeats
from services.directory.domain.refusals import (
    ActivityIsCancelled,
    AlreadyRegistered,
    ListingIsNotYours,
)
from services.directory.web.form_changes import session_after, session_changed_in
from services.directory.web.forms import ActivityForm, as_written, form_from_session
from services.directory.web.page import changing, current_editor
from services.directory.web.partner.activity_page import mistakes, page_of, where_for_everybody
from services.directory.web.partner.pages import activity_of_own, service_of_own
from services.directory.web.partner.publicly import activity_saved
from services.directory.web.partner.services import pages as pages
from shared.kernel.actor import Role
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.who import Tried, needs


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
    return form_page(partial(page_of, service, None), values, {})


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
        page = partial(page_of, service, activity_of_own(activity_id))
        return shown_again(page, written, {}, at=url_for("partner.activity_form", activity_id=activity_id), moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(page_of, service, None), written, mistakes(problem))
    except ValueError:
        raise ListingIsNotYours from None
    # promise: saved-activity-is-found-at-once
    done = _("Saved. The activity can be found by everyone now.")
    flash(activity_saved(where_for_everybody(service, session), session, done), "success")
    return redirect(url_for("partner.mine"), 303)


@pages.get("/activities/<uuid:activity_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "activity"))
def activity_form(activity_id: UUID) -> Any:
    """An activity, to be changed."""
    activity = activity_of_own(activity_id)
    page = partial(page_of, service_of_own(activity.service_id), activity)
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
        return shown_again(partial(page_of, service, activity_of_own(activity_id)), written, {}, moved=True)
    except ActivityIsCancelled:
        return shown_again(partial(page_of, service, activity_of_own(activity_id)), written, {})
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(page_of, service, activity), written, mistakes(problem))
    done = _("Saved. This is what the public page says from now on.")
    flash(activity_saved(where_for_everybody(service, session), session, done), "success")
    return redirect(url_for("partner.mine"), 303)
