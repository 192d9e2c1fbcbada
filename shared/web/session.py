"""Who is signed in: the directory's signed cookie, and each service's own cookie beside it. No session on the server.

``lotsa_session`` is the session: a token that the directory alone can sign and every service can check
(``session_keys``). It is signed, not secret: it holds a random session id, the identity provider's issuer and subject,
the name shown in the header, how and when the person was identified, the secret of their forms, and times. It lives
until the browser closes, 30 minutes pass without a request, 12 hours pass in all, or it is ended (which each service
hears, and keeps). Idle, or past its 12 hours, it still proves for a day whose it was (``lapsed``): a form of theirs is
kept for them, and nothing is opened.

``lotsa_<service>`` is that service's own (``own_cookie``): messages, and when the person was last seen there, since
only the directory can write that into the session.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from flask import Flask, Response, current_app, g, request
from flask import session as own

from shared.kernel.actor import UserRef

COOKIE = "lotsa_session"
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# so long, from when it began, it is known whose session it was
KNOWN_FOR = timedelta(hours=24)
# a session that begins later than that was begun by a clock that was ahead: it would last until it comes to be right
FROM_AHEAD = timedelta(minutes=1)
# a cookie rewritten at every request would race between two tabs for nothing
SEEN_STEP = timedelta(minutes=1)
_SEEN = "seen"


def cookie_name(public_url: str, name: str = COOKIE) -> str:
    """What a cookie is called. Behind https ``__Host-`` has browsers refuse it from any other host or path.

    RFC 6265bis, section 4.1.3.2: a neighbouring host under the same domain could otherwise plant one of its own.
    """
    return f"__Host-{name}" if public_url.startswith("https://") else name


@dataclass(frozen=True)
class Identified:
    """How the identity provider says that somebody was identified (OpenID Connect Core 1.0, section 2).

    ``acr``: the level of assurance, as the provider names it; ``amr``: by which means; ``at``: when, if it says so.
    """

    acr: str = ""
    amr: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class SessionState:
    """What the cookie says. ``seen_at``: when this service, or the directory, last heard of the person.

    ``seen_by_directory_at``: as the session itself has it. ``form_secret``: what their forms' tokens are made with.
    """

    session_id: UUID
    user: UserRef
    name: str
    assignment_id: UUID | None
    started_at: datetime
    seen_at: datetime
    seen_by_directory_at: datetime
    form_secret: str
    identified: Identified = Identified()

    @property
    def expires_at(self) -> datetime:
        """When the session ends whatever happens."""
        return self.started_at + ABSOLUTE_LIMIT

    @property
    def known_until(self) -> datetime:
        """Until when the cookie proves whose it was."""
        return self.started_at + KNOWN_FOR

    @property
    def idle_until(self) -> datetime:
        """When the session ends if nothing more is asked for."""
        return min(self.seen_at + IDLE_LIMIT, self.expires_at)


def start(
    user: UserRef,
    name: str,
    now: datetime,
    *,
    assignment_id: UUID | None = None,
    identified: Identified = Identified(),
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


def begun(
    user: UserRef,
    name: str,
    now: datetime,
    *,
    assignment_id: UUID | None = None,
    identified: Identified = Identified(),
) -> SessionState:
    """A new session, which no browser carries yet."""
    at = now.replace(microsecond=0)
    return SessionState(uuid4(), user, name, assignment_id, at, at, at, secrets.token_urlsafe(24), identified)


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
    if _is_over(state, now):
        # left in the browser: it opens nothing, and forms from other windows are still known to be this person's
        return None
    return _seen(state, now) if prolong and now - state.seen_at >= SEEN_STEP else state


def lapsed(now: datetime) -> SessionState | None:
    """Whose session idled away, or was over after its 12 hours, within a day: they are known, and not let in.

    Whether it was signed out has to be asked elsewhere, as for any session.
    """
    state = said()
    if state is None or _is_from_ahead(state, now):
        return None
    return state if _is_over(state, now) and now < state.known_until else None


def _is_over(state: SessionState, now: datetime) -> bool:
    return now - state.seen_at > IDLE_LIMIT or now >= state.expires_at or _is_from_ahead(state, now)


def _is_from_ahead(state: SessionState, now: datetime) -> bool:
    return state.started_at - now > FROM_AHEAD


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
        g.session_said = _as_seen_here(_from_claims(claims)) if claims else None
    return cast("SessionState | None", g.session_said)


def claims_of(state: SessionState) -> dict[str, Any]:
    """What is signed of a session."""
    claims = {
        "sid": str(state.session_id),
        "idp": state.user.issuer,
        "sub": state.user.subject,
        "name": state.name,
        "started": int(state.started_at.timestamp()),
        "seen": int(state.seen_by_directory_at.timestamp()),
        "form": state.form_secret,
        "acr": state.identified.acr,
        "amr": list(state.identified.amr),
    }
    if state.identified.at is not None:
        claims["auth_time"] = int(state.identified.at.timestamp())
    if state.assignment_id is not None:
        claims["assignment"] = str(state.assignment_id)
    return claims


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


def _from_claims(claims: Mapping[str, Any]) -> SessionState | None:
    try:
        seen = datetime.fromtimestamp(claims["seen"], UTC)
        identified_at = claims.get("auth_time")
        return SessionState(
            session_id=UUID(claims["sid"]),
            user=UserRef(claims["idp"], claims["sub"]),
            name=str(claims["name"]),
            assignment_id=UUID(claims["assignment"]) if "assignment" in claims else None,
            started_at=datetime.fromtimestamp(claims["started"], UTC),
            seen_at=seen,
            seen_by_directory_at=seen,
            form_secret=str(claims["form"]),
            identified=Identified(
                acr=str(claims.get("acr", "")),
                amr=tuple(str(each) for each in claims.get("amr", ())),
                at=datetime.fromtimestamp(identified_at, UTC) if identified_at is not None else None,
            ),
        )
    except (KeyError, ValueError, TypeError):
        return None
