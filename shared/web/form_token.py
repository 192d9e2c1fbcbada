"""The token in every form, without which no form is carried out (against cross-site request forgery).

For whoever is signed in it is made with a secret of their session, which every service reads and no other site can: so
the form that signs out, which stands on every service's pages, can be sent to the directory. For whoever is not, it
hangs on the service's own cookie (Flask-WTF).
"""

from __future__ import annotations

import hashlib
import secrets

from flask import Flask, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadSignature, URLSafeSerializer

from shared.web import session

FIELD = "csrf_token"
HEADER = "X-CSRFToken"
_SAFE = ("GET", "HEAD", "OPTIONS")


def make() -> str:
    """The token for this request's pages: signed over something random, so that no two are alike (BREACH)."""
    state = session.said()
    if state is None:
        return str(generate_csrf())
    return str(_signer(state).dumps(secrets.token_hex(8)))


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
        if request.method in _SAFE or request.path.startswith("/api/") or request.routing_exception is not None:
            return
        state = session.said()
        if state is None:
            for_strangers.protect()
            return
        try:
            _signer(state).loads(request.form.get(FIELD) or request.headers.get(HEADER, ""))
        except BadSignature:
            raise CSRFError from None
        g.csrf_valid = True


def _signer(state: session.SessionState) -> URLSafeSerializer:
    return URLSafeSerializer(state.form_secret, salt="lotsa-form", signer_kwargs={"digest_method": hashlib.sha256})
