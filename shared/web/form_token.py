"""Whose page a form was on, though the session that the page was made in is over: its token says so.

Every page of a session carries the session's form token, signed by Flask-WTF. Ours says besides when the session began
and, as a fingerprint, whose it was. So a form from an old window proves that it was filled in on a page of that very
person's. It proves nothing about who sends it, and lets nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from shared.kernel.actor import UserRef

FIELD = "csrf_token"
# a session lasts for twelve hours, and what was left open in it may be found the morning after
AT_MOST = timedelta(hours=24)
# Flask-WTF's own
_SALT = "wtf-csrf-token"


def new(user: UserRef, now: datetime) -> str:
    """A form token for a session that begins now."""
    return f"{secrets.token_hex(20)}.{int(now.timestamp())}.{_fingerprint(user)}"


def is_on_a_page_of(user: UserRef, now: datetime) -> bool:
    """Whether the form of this request was filled in on a page of a session of theirs, begun within a day."""
    said = _said(now)
    return said is not None and secrets.compare_digest(said, _fingerprint(user))


def is_on_somebodys_page(now: datetime) -> bool:
    """Whether it was filled in on a page of anybody's session, begun within a day."""
    return _said(now) is not None


def _said(now: datetime) -> str | None:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        token = URLSafeTimedSerializer(keys, salt=_SALT).loads(request.form.get(FIELD, ""))
        _random, began, whose = str(token).split(".")
        began_at = datetime.fromtimestamp(int(began), UTC)
    except (BadData, ValueError, OverflowError):
        return None
    return whose if now - began_at < AT_MOST else None


def _fingerprint(user: UserRef) -> str:
    return hashlib.sha256(f"{user.issuer} {user.subject}".encode()).hexdigest()
