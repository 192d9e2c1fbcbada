"""The token in every form, without which no form is carried out (against cross-site request forgery).

For whoever is signed in it is made with a secret of their session, which every service reads and no other site can: so
the form that signs out, which stands on every service's pages, can be sent to the directory. For whoever is not, it
hangs on the service's own cookie (Flask-WTF).

Behind the first part it says besides, signed by the service, when the page's session began and, as a fingerprint, whose
it was. So a form from an old window proves to the service whose page it was on that it was filled in on that very
person's page, though the session is over. That proves nothing about who sends it, and lets nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadData, BadSignature, URLSafeSerializer

from shared.kernel.actor import UserRef
from shared.web.headers import SAFE
from shared.web.session import session_cookie
from shared.web.session.state import SessionState

FIELD = "csrf_token"
HEADER = "X-CSRFToken"
# a session lasts for twelve hours, and what was left open in it may be found the morning after
AT_MOST = timedelta(hours=24)
# in neither part's alphabet
_BETWEEN = "~"


def make() -> str:
    """The token for this request's page: signed over something random, so that no two pages' are alike (BREACH).

    All forms of a page have the same.
    """
    state = session_cookie.said()
    if state is None:
        return str(generate_csrf())
    if g.get("form_token_of") != state:
        g.form_token_of, g.form_token = state, _made_for(state)
    return str(g.form_token)


def _made_for(state: SessionState) -> str:
    said = [secrets.token_hex(8), int(state.started_at.timestamp()), _fingerprint(state.user)]
    return _BETWEEN.join((str(_signer(state).dumps(secrets.token_hex(8))), str(_pages()[0].dumps(said))))


def is_on_a_page_of(user: UserRef, now: datetime) -> bool:
    """Whether the form of this request was filled in on a page of a session of theirs, begun within a day."""
    said = _whose(now)
    return said is not None and secrets.compare_digest(said, _fingerprint(user))


def is_on_somebodys_page(now: datetime) -> bool:
    """Whether it was filled in on a page of anybody's session, begun within a day."""
    return _whose(now) is not None


def register(app: Flask) -> None:
    """Check every form of this app, and give its templates ``csrf_token()``."""
    for_strangers = CSRFProtect(app)
    # Flask-WTF has given its own to both
    app.jinja_env.globals["csrf_token"] = make
    app.context_processor(lambda: {"csrf_token": make})

    @app.before_request
    def protect_forms() -> None:
        # the systems' door takes no cookie, so there is nothing there to forge
        # and an unknown door answers 404 or 405 whatever was sent to it
        if request.method in SAFE or request.path.startswith("/api/") or request.routing_exception is not None:
            return
        state = session_cookie.said()
        if state is None:
            for_strangers.protect()
            return
        try:
            _signer(state).loads(_parts()[0])
        except BadSignature:
            raise CSRFError from None
        g.csrf_valid = True


def _parts() -> tuple[str, str]:
    token = request.form.get(FIELD) or request.headers.get(HEADER, "")
    first, _, second = token.partition(_BETWEEN)
    return first, second


def _signer(state: SessionState) -> URLSafeSerializer:
    return URLSafeSerializer(state.form_secret, salt="lotsa-form", signer_kwargs={"digest_method": hashlib.sha256})


def _pages() -> list[URLSafeSerializer]:
    """What signs whose page it is: the keys of the service's own cookie, the newest first."""
    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    return [URLSafeSerializer(key, salt="lotsa-page", signer_kwargs={"digest_method": hashlib.sha256}) for key in keys]


def _whose(now: datetime) -> str | None:
    for signer in _pages():
        try:
            _random, began, whose = signer.loads(_parts()[1])
            began_at = datetime.fromtimestamp(int(began), UTC)
        except (BadData, ValueError, TypeError, OverflowError):
            continue
        return str(whose) if now - began_at < AT_MOST else None
    return None


def _fingerprint(user: UserRef) -> str:
    return hashlib.sha256(f"{user.issuer} {user.subject}".encode()).hexdigest()
