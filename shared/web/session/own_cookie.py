"""Each service's own cookie: messages for the next page, and what else only this service reads.

Its key is this service's alone, and is changed while processes run (``lotsa keys rotate``). The cookie belongs to
whoever was signed in when it was written: another person in the same browser finds nothing in it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Request, Response, request
from flask import session as own
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from shared.environment import SettingsAreWrong
from shared.kernel.file_watch import Watched
from shared.web.session import session_cookie

SHORTEST_KEY = 32
_WHOSE = "whose"


class OwnCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with SHA-256 and a salt of our own."""

    salt = "lotsa-own-cookie"
    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, keys: Watched[list[str]]) -> None:
        self._keys = keys

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says; nothing is unpacked for those who bring none, as systems do not."""
        use(app, self._keys.current)
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write down too whose it is; nothing at all for whoever has nothing in it."""
        if session and session.modified:
            session[_WHOSE] = _whose()
        if not (session or session.modified or session.accessed):
            # nobody has looked into it, and nothing is in it, as with everything that systems ask for
            return
        super().save_session(app, session, response)


def keys_from(path: Path | None, service: str) -> list[str]:
    """The keys of a service's own cookie, one a line: the first signs, all verify. Raises SettingsAreWrong."""
    return watched_keys(path, service).known


def watched_keys(path: Path | None, service: str) -> Watched[list[str]]:
    """The same, looked at again while they are used. Raises SettingsAreWrong."""
    name = f"LOTSA_{service.upper()}_COOKIE_KEY_FILE"
    if path is None:
        raise SettingsAreWrong(f"{name} is missing")
    return Watched(path, lambda there: _read(there, name), wrong=(SettingsAreWrong, OSError, ValueError))


def _read(path: Path, name: str) -> list[str]:
    keys = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise SettingsAreWrong(f"{name} must hold keys of at least {SHORTEST_KEY} characters, one a line")
    return keys


def use(app: Flask, keys: list[str]) -> None:
    """Sign with the first, verify with all: the cookie, forms of those who are not signed in, places in lists."""
    if app.config.get("SECRET_KEY") != keys[0] or app.config.get("SECRET_KEY_FALLBACKS") != keys[1:]:
        # the last of these signs
        app.config["WTF_CSRF_SECRET_KEY"] = [*reversed(keys)]
        app.config["SECRET_KEY_FALLBACKS"] = keys[1:]
        app.config["SECRET_KEY"] = keys[0]


def register(app: Flask, keys: Watched[list[str]]) -> None:
    """Use it in this app. Must come before whatever looks into the cookie."""
    app.session_interface = OwnCookie(keys)

    @app.before_request
    def only_its_owners() -> None:
        if own and own.get(_WHOSE, "") != _whose():
            own.clear()


def _whose() -> str:
    """The person whose session the browser carries, in force or not; "" for nobody. Not their name: its digest."""
    if request.endpoint == "static":
        return str(own.get(_WHOSE, ""))
    state = session_cookie.said()
    if state is None:
        return ""
    return hashlib.sha256(f"{state.user.issuer}\n{state.user.subject}".encode()).hexdigest()[:16]
