"""The one signed cookie: who signed in, when, and which assignment they chose. Nothing is kept on the server.

``lotsa_session`` is shared by all services (one origin, one key). It is signed, not secret: it holds a random session
id, the identity provider's issuer and subject, the name shown in the header, and times. It lives until the browser
closes, 30 minutes pass without a request, 12 hours pass in all, or the person signs out. Idle, or past its 12 hours,
it still proves for a day whose it was (``lapsed``): a form of theirs is kept for them, and nothing is opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, Request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from shared.kernel.actor import UserRef
from shared.settings import SettingsAreWrong
from shared.web import form_token

COOKIE = "lotsa_session"
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# so long, from when it began, it is known whose session it was
KNOWN_FOR = timedelta(hours=24)
# a cookie rewritten at every request would race between two tabs for nothing
SEEN_STEP = timedelta(minutes=1)
SHORTEST_KEY = 32
FORM_TOKEN = form_token.FIELD


def cookie_name(public_url: str) -> str:
    """What the cookie is called. Behind https ``__Host-`` has browsers refuse it from any other host or path.

    RFC 6265bis, section 4.1.3.2: a neighbouring host under the same domain could otherwise plant one of its own.
    """
    return f"__Host-{COOKIE}" if public_url.startswith("https://") else COOKIE


class SignedCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with SHA-256 and a salt of our own."""

    salt = "lotsa-session"
    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says; nothing is unpacked for those who bring none, as systems do not."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


@dataclass(frozen=True)
class SessionState:
    """What the cookie says, within its time limits."""

    session_id: UUID
    user: UserRef
    name: str
    assignment_id: UUID | None
    started_at: datetime
    seen_at: datetime

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


def keys_from(path: Path | None) -> list[str]:
    """The signing keys of a key file, one a line: the first signs, all verify. Raises SettingsAreWrong."""
    if path is None:
        raise SettingsAreWrong("LOTSA_SESSION_KEY_FILE is missing")
    keys = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise SettingsAreWrong("LOTSA_SESSION_KEY_FILE must hold keys of at least 32 characters, one a line")
    return keys


def start(user: UserRef, name: str, now: datetime, *, assignment_id: UUID | None = None) -> UUID:
    """Begin a session with an id of its own; whatever the browser carried before is thrown away. Returns the id.

    But for the form token, when it was the same person who was signed in: what they have typed in another window can
    still be sent. Somebody else's forms cannot (session fixation).
    """
    same = (session.get("iss"), session.get("sub")) == (user.issuer, user.subject)
    token = session.get(FORM_TOKEN) if same else None
    session.clear()
    session_id = uuid4()
    session.update(
        {FORM_TOKEN: token or form_token.new(user, now)},
        sid=str(session_id),
        iss=user.issuer,
        sub=user.subject,
        name=name,
        started=int(now.timestamp()),
        seen=int(now.timestamp()),
    )
    if assignment_id:
        session["assignment"] = str(assignment_id)
    return session_id


def choose(assignment_id: UUID) -> None:
    """Act under this assignment from now on. The caller has checked that it is the person's own."""
    session["assignment"] = str(assignment_id)


def read(now: datetime, *, prolong: bool = True) -> SessionState | None:
    """Who the cookie says is signed in, or None when it says nobody or is past its limits.

    To be asked for something prolongs a session, but for ``prolong=False``, which asks how long it lasts.
    """
    if "sid" not in session:
        return None
    state = _said()
    if state is None or now >= state.known_until:
        end()
        return None
    if _is_over(state, now):
        # left in the browser: it opens nothing, and forms from other windows are still known to be this person's
        return None
    if prolong and now - state.seen_at >= SEEN_STEP:
        session["seen"] = int(now.timestamp())
        return replace(state, seen_at=now)
    return state


def lapsed(now: datetime) -> SessionState | None:
    """Whose session idled away, or was over after its 12 hours, within a day: they are known, and not let in.

    Whether it was signed out has to be asked elsewhere, as for any session.
    """
    state = _said()
    return state if state and _is_over(state, now) and now < state.known_until else None


def _is_over(state: SessionState, now: datetime) -> bool:
    return now - state.seen_at > IDLE_LIMIT or now >= state.expires_at


def _said() -> SessionState | None:
    try:
        return SessionState(
            session_id=UUID(session["sid"]),
            user=UserRef(session["iss"], session["sub"]),
            name=session.get("name", ""),
            assignment_id=UUID(session["assignment"]) if "assignment" in session else None,
            started_at=datetime.fromtimestamp(session["started"], UTC),
            seen_at=datetime.fromtimestamp(session["seen"], UTC),
        )
    except (KeyError, ValueError, TypeError):
        return None


def end() -> None:
    """Forget everything in this browser."""
    session.clear()
