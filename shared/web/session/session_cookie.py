"""Who is signed in: the directory's signed cookie, and each service's own cookie beside it. No session on the server.

``lotsa_session`` is the session: a token that the directory alone can sign and every service can check
(``session_keys``). What it says, and how long that counts, is in ``session_state``. It lives until the browser closes,
its limits are passed, or it is ended (which each service hears, and keeps). Idle, or past its 12 hours, it still proves
for a day whose it was (``expired``): a form of theirs is kept for them, and nothing is opened.

``lotsa_<service>`` is that service's own (``own_cookie``): messages, and when the person was last seen there, since
only the directory can write that into the session.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from flask import session as own

from shared.kernel.actor import UserRef
from shared.web.session.state import (
    NOTHING_SAID,
    Identified,
    SessionState,
    begun,
    claims_of,
    from_claims,
    is_from_ahead,
    is_over,
)

COOKIE = "lotsa_session"
# a cookie rewritten at every request would race between two tabs for nothing
SEEN_STEP = timedelta(minutes=1)
_SEEN = "seen"


def cookie_name(public_url: str, name: str = COOKIE) -> str:
    """What a cookie is called. Behind https ``__Host-`` has browsers refuse it from any other host or path.

    RFC 6265bis, section 4.1.3.2: a neighbouring host under the same domain could otherwise plant one of its own.
    """
    return f"__Host-{name}" if public_url.startswith("https://") else name


def start(
    user: UserRef,
    name: str,
    now: datetime,
    *,
    assignment_id: UUID | None = None,
    identified: Identified = NOTHING_SAID,
) -> UUID:
    """Begin a session with an id of its own; whatever the browser carried before is thrown away. Returns the id.

    But for the secret of its forms, when it was the same person who was signed in: what they have typed in another
    window can still be sent. Somebody else's forms cannot (session fixation).
    """
    before = said()
    same = before is not None and before.user == user
    own.clear()
    state = begun(user, name, now, assignment_id=assignment_id, identified=identified)
    _put(replace(state, form_secret=before.form_secret) if before is not None and same else state)
    return state.session_id


def choose(assignment_id: UUID) -> None:
    """Act under this assignment from now on. The caller has checked that it is the person's own."""
    state = said()
    if state is not None:
        _put(replace(state, assignment_id=assignment_id))


def read(now: datetime, *, prolong: bool = True) -> SessionState | None:
    """Who the cookie says is signed in, or None when it says nobody or is past its limits.

    To be asked for something prolongs a session, but for ``prolong=False``, which asks how long it lasts.
    """
    state = said()
    if state is None:
        return None
    if now >= state.known_until:
        end()
        return None
    if is_over(state, now):
        # left in the browser: it opens nothing, and forms from other windows are still known to be this person's
        return None
    return _seen(state, now) if prolong and now - state.seen_at >= SEEN_STEP else state


def expired(now: datetime) -> SessionState | None:
    """Whose session idled away, or was over after its 12 hours, within a day: they are known, and not let in.

    Whether it was signed out has to be asked elsewhere, as for any session.
    """
    state = said()
    if state is None or is_from_ahead(state, now):
        return None
    return state if is_over(state, now) and now < state.known_until else None


def end() -> None:
    """Forget everything in this browser that this service may write: the session only where sign-in is.

    Elsewhere a late answer to an old session's page would take the new one with it.
    """
    own.clear()
    if _signs():
        _put(None)


def said() -> SessionState | None:
    """What the browser's session says, rightly signed; neither its limits nor its end are looked at."""
    if "session_said" not in g:
        token = request.cookies.get(_name())
        claims = current_app.extensions["lotsa"].sessions.read(token) if token else None
        g.session_said = _as_seen_here(from_claims(claims)) if claims else None
    return cast("SessionState | None", g.session_said)


def register(app: Flask) -> None:
    """Have answers carry the session when it has changed, where it can be signed."""

    @app.after_request
    def carry(response: Response) -> Response:
        if g.get("session_changed"):
            state = cast("SessionState | None", g.session_said)
            settings = app.extensions["lotsa"].settings
            token = app.extensions["lotsa"].signer.sign(claims_of(state)) if state is not None else ""
            response.set_cookie(
                _name(),
                token,
                max_age=None if token else 0,
                path="/",
                httponly=True,
                samesite="Lax",
                secure=settings.public_url.startswith("https://"),
            )
        return response


def _seen(state: SessionState, now: datetime) -> SessionState:
    if _signs():
        state = replace(state, seen_at=now, seen_by_directory_at=now)
        _put(state)
        return state
    own[_SEEN] = {"sid": str(state.session_id), "at": int(now.timestamp())}
    g.session_said = replace(state, seen_at=now)
    return cast(SessionState, g.session_said)


def _as_seen_here(state: SessionState | None) -> SessionState | None:
    """With this service's own reckoning of when the person was last seen, if it is of this very session."""
    here = own.get(_SEEN)
    if state is None or not isinstance(here, dict) or here.get("sid") != str(state.session_id):
        return state
    return replace(state, seen_at=max(state.seen_at, datetime.fromtimestamp(here["at"], UTC)))


def _put(state: SessionState | None) -> None:
    g.session_said, g.session_changed = state, True


def _signs() -> bool:
    return current_app.extensions["lotsa"].signer is not None


def _name() -> str:
    return cookie_name(current_app.extensions["lotsa"].settings.public_url)
