"""A partner's activity that does not take place after all: asked first, cancelled, taken up again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.save_activity import (
    CancelActivity,
    TakeUpActivity,
    cancel_activity,
    own_activity,
    take_up_activity,
)
from services.directory.domain.activity import ActivityStatus
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import (
    ActivityIsCancelled,
    ActivityIsNotCancelled,
)
from services.directory.web.page import asked_version, changing, current_editor, parts
from services.directory.web.partner.activities import pages as pages
from services.directory.web.partner.activity_page import is_shown
from services.directory.web.partner.pages import activity_of_own, service_of_own
from services.directory.web.partner.publicly import EVER
from shared.kernel.actor import Role
from shared.kernel.refusals import VersionHasMoved
from shared.web.forms.sent_twice import carry_out_once
from shared.web.who import Tried, needs


@pages.get("/activities/<uuid:activity_id>/cancel")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "activity"))
def ask_before_cancelling(activity_id: UUID) -> Response | str:
    """What is cancelled, and what follows; nothing has happened yet."""
    activity = activity_of_own(activity_id)
    if activity.status is ActivityStatus.CANCELLED:
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    session = activity.session
    left = [begins for begins, _ends in session.occurrences(parts().clock.now(), EVER)]
    return render_template(
        "partner/activity_cancel.html",
        service=service_of_own(activity.service_id),
        activity=activity,
        left=left,
        is_shown=is_shown(activity),
        last_day=session.repeats_until,
    )


@pages.post("/activities/<uuid:activity_id>/cancel")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
def cancel(activity_id: UUID) -> Response:
    """Cancel an activity; the public page says so."""
    asked = CancelActivity(activity_id=activity_id, version=asked_version())
    try:
        _carry_out(activity_id, lambda uow, editor: cancel_activity(asked, editor, uow).version)
    except VersionHasMoved:
        flash(_("Somebody changed this activity a moment ago. Look at it again before you cancel it."), "warning")
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    except ActivityIsCancelled:
        shown_so = _("The activity was cancelled already. The public page says so.")
        flash(
            shown_so if is_shown(activity_of_own(activity_id)) else _("The activity was cancelled already."), "success"
        )
        return redirect(url_for("partner.mine"), 303)
    if is_shown(activity_of_own(activity_id)):
        done = _("The activity is cancelled. The public page says so. If it was a mistake, you can undo it.")
    else:
        done = _("The activity is cancelled. If it was a mistake, you can undo it.")
    flash(done, "success")
    return redirect(url_for("partner.mine"), 303)


@pages.post("/activities/<uuid:activity_id>/take-up")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "activity"))
def take_up(activity_id: UUID) -> Response:
    """Undo a cancellation; the public page shows the activity as before."""
    asked = TakeUpActivity(activity_id=activity_id, version=asked_version())
    try:
        _carry_out(activity_id, lambda uow, editor: take_up_activity(asked, editor, uow).version)
    except VersionHasMoved:
        flash(_("Somebody changed this activity a moment ago. Look at it again first."), "warning")
        return redirect(url_for("partner.activity_form", activity_id=activity_id), 303)
    except ActivityIsNotCancelled:
        shown_so = _("The activity takes place, as the public page says.")
        flash(shown_so if is_shown(activity_of_own(activity_id)) else _("The activity takes place."), "success")
        return redirect(url_for("partner.mine"), 303)
    shown_so = _("The activity takes place after all. The public page says so.")
    flash(shown_so if is_shown(activity_of_own(activity_id)) else _("The activity takes place after all."), "success")
    return redirect(url_for("partner.mine"), 303)


def _carry_out(activity_id: UUID, act: Callable[[DirectoryUnitOfWork, Editor], int]) -> None:
    editor = current_editor()
    with changing(editor) as uow:
        carry_out_once(
            uow.connection,
            uow.clock.now(),
            lambda: act(uow, editor),
            standing=lambda: own_activity(activity_id, editor, uow).version,
        )
