"""The page where a form waits that came after its sender's session: its sender has it sent, or throws it away.

Sent, it is an ordinary request of theirs: the same view, checks, answers and records.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import NoReturn, cast
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.ctx import RequestContext
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shared.kernel.held_form import FormIsUnreadable, HeldForm, Reason
from shared.kernel.refusals import AlreadyInProgress, Invalid
from shared.kernel.translation import says
from shared.storage.held_forms import HeldForms
from shared.web import form_token
from shared.web.forms.expired_session import WAITING, SentForm
from shared.web.forms.store import EXTENSION, FormIsNotKept, Keeping, writer
from shared.web.navigation import home_of
from shared.web.sent_words import FORM
from shared.web.who import current_actor, needs, web

# so long the second of two clicks waits for the first
PATIENCE_SECONDS = 3
# whoever presses twice does so at once, or when the first page has not come
KNOWN_FOR = timedelta(hours=1)
# where it waits in a service, and the name that this had before 0.2, where one may have been left open: this goes
# with 0.3
ADDRESSES = ("held-form", "lapsed-form")
# in place of a form that was carried out: where that led
_LED_TO = "led_to"


def blueprint(service: str) -> Blueprint:
    """Its routes."""
    pages = Blueprint(WAITING, __name__, url_prefix=f"/{service}")
    # url_for makes the first
    for address in ADDRESSES:
        pages.add_url_rule(f"/{address}/<uuid:form_id>", "show", _show, methods=["GET"])
        pages.add_url_rule(f"/{address}/<uuid:form_id>", "decide", _decide, methods=["POST"])
    return pages


@needs(goes_on=True)
def _show(form_id: UUID) -> str | Response | tuple[str, int]:
    # not what was typed: a page would leave that in the browser's files
    here, now = _address(form_id), web().clock.now()
    try:
        with _forms() as forms:
            form = _late(forms.find(form_id, now))
    except FormIsUnreadable:
        return render_template("lotsa/held_form_unreadable.html", here=here), 409
    if form is None:
        _refused(form_id)
    if there := form.typed.get(_LED_TO):
        return redirect(there, 303)
    sent = SentForm.read(form.typed)
    return render_template("lotsa/held_form.html", here=here, kind=_kind_of(sent), form=form, answered=sent.answered)


@needs(goes_on=True)
def _decide(form_id: UUID) -> Response:
    match request.form.get("do"):
        case "send":
            return _send(form_id)
        case "discard":
            return _discard(form_id)
    raise Invalid


def _send(form_id: UUID) -> Response:
    try:
        form = _taken(form_id)
    except FormIsUnreadable:
        # its page says so
        return redirect(_address(form_id), 303)
    if form is None:
        _refused(form_id)
    if there := form.typed.get(_LED_TO):
        return redirect(there, 303)
    now = web().clock.now()
    answer = _carried_out(SentForm.read(form.typed))
    with _forms() as forms:
        if answer.status_code >= 400:
            # it had no effect: nothing typed is lost for that
            forms.give_back(form_id)
        elif forms.let_go(form_id):
            forms.hold(_done(form, answer, now), writer())
    return answer


def _done(form: HeldForm, answer: Response, now: datetime) -> HeldForm:
    """What is held for an hour of a form that was carried out, for a second click: where it led.

    Where that was a file nothing leads there: whoever presses twice, or whose line broke, is given it again, as by the
    form's own page.
    """
    if answer.location:
        return replace(form, typed={_LED_TO: answer.location}, held_at=now, expires_at=now + KNOWN_FOR)
    typed = replace(SentForm.read(form.typed), answered=True).written()
    return replace(form, typed=typed, held_at=now, expires_at=min(form.expires_at, now + KNOWN_FOR))


def _taken(form_id: UUID) -> HeldForm | None:
    """The form, to be carried out now, or where it led. None: there is none.

    Waits a little for another click that is carrying it out. Raises AlreadyInProgress when that takes longer,
    FormIsUnreadable.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with _forms() as forms:
            now = web().clock.now()
            form = _late(forms.find(form_id, now))
            if form is None or _LED_TO in form.typed:
                return form
            if taken := forms.take(form_id, now):
                return taken
        if time.monotonic() > until:
            raise AlreadyInProgress
        time.sleep(0.05)


def _discard(form_id: UUID) -> Response:
    with _forms() as forms:
        with suppress(FormIsUnreadable):
            form = _late(forms.find(form_id, web().clock.now()))
            # it has been sent, by another click: what is thrown away now would be nothing
            if form and (there := form.typed.get(_LED_TO)):
                return redirect(there, 303)
            if form and SentForm.read(form.typed).answered:
                return redirect(_address(form_id), 303)
        gone = forms.let_go(form_id)
    if not gone:
        _refused(form_id)
    flash(gettext("What you had filled in is gone. Nothing was sent."))
    return redirect(home_of(current_actor().role), 303)


def _late(form: HeldForm | None) -> HeldForm | None:
    """What is held for another reason waits on its own page."""
    return form if form and form.reason is Reason.EXPIRED_SESSION else None


def _carried_out(form: SentForm) -> Response:
    """The answer to the form as if it came now: through every check before the view, and the view itself."""
    body = urlencode([*form.fields, (form_token.FIELD, form_token.make())]).encode()
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


def _address(form_id: UUID) -> str:
    return url_for(f"{WAITING}.show", form_id=form_id)


def _keeping() -> Keeping:
    return cast(Keeping, current_app.extensions[EXTENSION])


@contextmanager
def _forms() -> Iterator[HeldForms]:
    with _keeping().store.of(writer()) as forms:
        yield forms


def _refused(form_id: UUID) -> NoReturn:
    _keeping().refuse(current_actor(), form_id, FormIsNotKept())


def _kind_of(form: SentForm) -> str:
    kinds = _keeping().kinds
    try:
        endpoint, _ = current_app.url_map.bind("").match(form.path, "POST")
    except HTTPException:
        # the page that it was on is no longer there since an update: it can be thrown away all the same
        endpoint = ""
    return kinds.get(endpoint) or kinds.get(endpoint.partition(".")[0]) or says("The form belongs to this service.")
