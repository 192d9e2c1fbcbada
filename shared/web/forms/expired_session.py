"""A form that came after its sender's session is kept for that sender, and carried out when they say so.

WCAG 2.2, 2.2.1 and technique G105: whoever writes slowly mostly loses nothing, with or without scripts (decision 0011
says when they do). The old cookie proves who wrote, never who is here now; a form's token proves whose page it was on,
when its sender has signed out and in again since. So it keeps a form and opens nothing: the same user, signed in anew
under the same assignment, has it sent. Then it is an ordinary request of theirs: the same view, checks, answers and
records.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn, cast
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session
from flask.ctx import RequestContext
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shared.kernel.actor import Actor, UserRef
from shared.kernel.refusals import AlreadyInProgress, Invalid, NotThere
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.storage.held_forms import HeldForms
from shared.storage.lapsed_forms import LIFETIME, FormIsTooLarge, FormIsUnreadable, LapsedForm, LapsedForms, Sender
from shared.web import form_token
from shared.web.navigation import home_of
from shared.web.session_state import SessionState
from shared.web.who import SignedIn, current_actor, lapsed, needs, signed_in, web

_log = logger("web.lapsed_forms")

EXTENSION = "lotsa-lapsed-forms"
FORM = "application/x-www-form-urlencoded"
TOKEN = form_token.FIELD
_BLUEPRINT = "lapsed_forms"
# so long the second of two clicks waits for the first
PATIENCE_SECONDS = 3
# in the cookie, until its owner signs in: where the form waits that this browser sent last
_KEPT = "kept"


class FormIsNotKept(NotThere):
    """Somebody else sent it, or under another assignment, or it is over."""

    slug = "not-the-sender"


@dataclass(frozen=True)
class Keeping:
    """What a service gives, so that its forms are kept.

    ``held``: what was typed and not carried out (``held_forms``). ``kinds``: endpoint or blueprint → what its form is
    about, a catalogue key. ``refuse`` records the attempt to come to a form that is not there for the actor, and raises
    the refusal.
    """

    forms: LapsedForms
    held: HeldForms
    kinds: Mapping[str, str]
    refuse: Callable[[Actor, UUID, FormIsNotKept], NoReturn]


def keep_form() -> str | None:
    """Keep the form of this request for its sender: where it waits. None: it is not to be kept, or could not be."""
    keeping = cast("Keeping | None", current_app.extensions.get(EXTENSION))
    if keeping is None or not _is_a_form_of_ours():
        return None
    try:
        sender = _late_sender()
        if sender is None:
            return None
        session[_KEPT] = _address(keeping.forms.keep(_as_sent(), sender))
    except FormIsTooLarge:
        return None
    # whatever is broken: nothing is promised then
    except Exception as error:  # noqa: BLE001
        _log.error("form not kept", error=error)
        return None
    return str(session[_KEPT])


def was_kept_here() -> bool:
    """Whether this is the address where the form waits that this browser has just sent."""
    return session.get(_KEPT) == request.path


def _is_a_form_of_ours() -> bool:
    """Whether somebody filled it in on a page of ours, behind a door that asks who it is."""
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, "lotsa_needs") and request.blueprint != _BLUEPRINT and request.mimetype == FORM


def _late_sender() -> Sender | None:
    """Whose form it is, when it came after the session that its page was made in.

    Whoever has signed in again since, if the page was theirs; or whom the cookie of a session names that is over, if it
    was not signed out. They must hold the assignment that they have, or had, chosen.
    """
    now, here = web().clock.now(), signed_in()
    state = lapsed() if here is None else None
    user, assignment_id = _of(here) if here else _of(state)
    if user is None or assignment_id is None:
        return None
    if not (g.get("csrf_valid") or form_token.is_on_a_page_of(user, now)):
        return None
    held = web().staff.assignments_of(user, now)
    return Sender(user, assignment_id) if assignment_id in {each.id for each in held} else None


def _of(who: SignedIn | SessionState | None) -> tuple[UserRef | None, UUID | None]:
    if isinstance(who, SignedIn):
        return who.user, who.assignment.id if who.assignment else None
    return (who.user, who.assignment_id) if who else (None, None)


def _as_sent() -> LapsedForm:
    now = web().clock.now()
    return LapsedForm(
        path=request.path,
        query=request.query_string.decode("latin-1"),
        fields=tuple((name, value) for name, value in request.form.items(multi=True) if name != TOKEN),
        sent_at=now,
        expires_at=now + LIFETIME,
    )


def _address(form_id: UUID) -> str:
    return f"/{web().service}/lapsed-form/{form_id}"


def blueprint(service: str) -> Blueprint:
    """The page where a kept form waits: its sender sends it, or throws it away."""
    pages = Blueprint(_BLUEPRINT, __name__, url_prefix=f"/{service}")

    @pages.get("/lapsed-form/<uuid:form_id>")
    @needs(goes_on=True)
    def show(form_id: UUID) -> str | Response | tuple[str, int]:
        # not what was typed: a page would leave that in the browser's files
        here = _address(form_id)
        forms, sender, now = _keeping().forms, _sender(), web().clock.now()
        try:
            form = forms.find(form_id, sender, now)
            if form is None and (there := forms.led_to(form_id, sender, now)):
                return redirect(there, 303)
        except FormIsUnreadable:
            return render_template("lotsa/lapsed_form_unreadable.html", here=here), 409
        if form is None:
            _refused(form_id)
        return render_template("lotsa/lapsed_form.html", here=here, kind=_kind_of(form), form=form)

    @pages.post("/lapsed-form/<uuid:form_id>")
    @needs(goes_on=True)
    def decide(form_id: UUID) -> Response:
        match request.form.get("do"):
            case "send":
                return _send(form_id)
            case "discard":
                return _discard(form_id)
        raise Invalid

    return pages


def _send(form_id: UUID) -> Response:
    forms, sender, now = _keeping().forms, _sender(), web().clock.now()
    try:
        form = forms.take(form_id, sender, now) or _when_the_first_click_is_done(form_id, sender)
        if form is None and (there := forms.led_to(form_id, sender, now)):
            return redirect(there, 303)
    except FormIsUnreadable:
        # its page says so
        return redirect(_address(form_id), 303)
    if form is None:
        _refused(form_id)
    answer = _carried_out(form)
    if answer.status_code < 400 and answer.location:
        forms.carried_out(form_id, sender, answer.location, now)
    elif answer.status_code < 400:
        # a file: whoever presses twice, or whose line broke, is given it again, as by the form's own page
        forms.answered(form_id, sender, form, now)
    else:
        # it had no effect: nothing typed is lost for that
        forms.give_back(form_id, sender)
    return answer


def _when_the_first_click_is_done(form_id: UUID, sender: Sender) -> LapsedForm | None:
    """Wait a little for another click that is carrying it out. None once it is done; the form if that came to nothing.

    Raises AlreadyInProgress when it takes longer, FormIsUnreadable.
    """
    forms, until = _keeping().forms, time.monotonic() + PATIENCE_SECONDS
    while forms.find(form_id, sender, web().clock.now()):
        if time.monotonic() > until:
            raise AlreadyInProgress
        time.sleep(0.05)
        if form := forms.take(form_id, sender, web().clock.now()):
            return form
    return None


def _discard(form_id: UUID) -> Response:
    forms, sender, now = _keeping().forms, _sender(), web().clock.now()
    with suppress(FormIsUnreadable):
        # it has been sent, by another click: what is thrown away now would be nothing
        if there := forms.led_to(form_id, sender, now):
            return redirect(there, 303)
        if (form := forms.find(form_id, sender, now)) and form.answered:
            return redirect(_address(form_id), 303)
    if not forms.discard(form_id, sender):
        _refused(form_id)
    flash(gettext("What you had filled in is gone. Nothing was sent."))
    return redirect(home_of(current_actor().role), 303)


def _carried_out(form: LapsedForm) -> Response:
    """The answer to the form as if it came now: through every check before the view, and the view itself."""
    body = urlencode([*form.fields, (TOKEN, form_token.make())]).encode()
    environ = {
        **request.environ,
        "PATH_INFO": form.path.encode().decode("latin-1"),
        "QUERY_STRING": form.query,
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # of the proxy, not the app
    # the session is this request's own, so that what the view says in it is not lost; all else begins anew
    with app.app_context(), RequestContext(app, environ, session=session._get_current_object()):  # type: ignore[attr-defined]  # as above
        answer = cast(Response, app.full_dispatch_request())
    answer.headers.remove("Set-Cookie")
    return answer


def _keeping() -> Keeping:
    return cast(Keeping, current_app.extensions[EXTENSION])


def _sender() -> Sender:
    actor = current_actor()
    return Sender(actor.user, actor.assignment_id)


def _refused(form_id: UUID) -> NoReturn:
    _keeping().refuse(current_actor(), form_id, FormIsNotKept())


def _kind_of(form: LapsedForm) -> str:
    kinds = _keeping().kinds
    try:
        endpoint, _ = current_app.url_map.bind("").match(form.path, "POST")
    except HTTPException:
        # the page that it was on is no longer there since an update: it can be thrown away all the same
        endpoint = ""
    return kinds.get(endpoint) or kinds.get(endpoint.partition(".")[0]) or says("The form belongs to this service.")
