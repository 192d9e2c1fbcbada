"""How long the session still lasts: what every page asks, and what prolongs it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from shared.web import form_token
from shared.web.i18n.formats import clock_of
from shared.web.session import session_cookie
from shared.web.session.state import SessionState
from shared.web.who import web

NOTHING_TO_SEE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def how_long() -> dict[str, object]:
    """For the warning that every page gives in time (static/session.js). Asking does not prolong the session."""
    return _lasting(session_cookie.read(web().clock.now(), prolong=False))


def prolong() -> dict[str, object]:
    """The same once it has been prolonged, as somebody has asked for who is still there."""
    return _lasting(session_cookie.read(web().clock.now()))


def seen() -> Response:
    """A picture of nothing on other services' pages: somebody is there (only the directory can note that)."""
    state = session_cookie.read(web().clock.now(), prolong=False)
    if state is not None and not web().staff.session_ended(state.session_id):
        session_cookie.read(web().clock.now())
    return Response(NOTHING_TO_SEE, mimetype="image/svg+xml")


def _lasting(state: SessionState | None) -> dict[str, object]:
    """``left``: seconds until the session ends, 0 when it has; and what a page that stays open must know to go on."""
    if state is None or web().staff.session_ended(state.session_id):
        return {"left": 0}
    held = web().staff.assignments_of(state.user, web().clock.now())
    return {
        "left": max(0, int((state.idle_until - web().clock.now()).total_seconds())),
        "until": clock_of(state.idle_until),
        # as the page's frame says it: one that has ended is none
        "assignment": next((str(each.id) for each in held if each.id == state.assignment_id), ""),
        "csrf_token": form_token.make(),
    }
