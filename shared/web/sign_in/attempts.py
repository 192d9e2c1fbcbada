"""Sign-ins that have begun and wait for the provider's answer: each in a cookie of its own, signed, for an hour.

Two tabs may be at the provider at once, opened together or one after the other: neither knows of the other, and either
may be finished first. Kept in the session, as Authlib does, the last one to begin would wipe out what the others need.
They are bounded, since a browser has room for so many cookies and a server for so long a header. Those that another
site's page set off, as the browser tells (``Sec-Fetch-Site``, W3C Fetch Metadata), have a bound of their own: however
many a hostile page opens, it pushes out none that somebody began here.
"""

from __future__ import annotations

import hashlib

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from shared.web.headers import is_from_a_page_of_ours
from shared.web.session import session_cookie

MOST = 4
MOST_FROM_ELSEWHERE = 2
HERE, ELSEWHERE = "begun", "begun_elsewhere"
LASTS_SECONDS = 3600
_DIGITS = 16

Kept = dict[str, str]


def remember(response: Response, state: str, kept: Kept) -> None:
    """Have the browser keep what the answer with this ``state`` will be held against; the oldest make room."""
    where, most = (HERE, MOST) if is_from_a_page_of_ours() else (ELSEWHERE, MOST_FROM_ELSEWHERE)
    for oldest in _begun(where)[: -(most - 1)]:
        _forget(response, oldest)
    _set(response, _name(state, where), _signer().dumps({"state": state, **kept}), LASTS_SECONDS)


def take(state: str) -> Kept | None:
    """What was kept for this ``state``, once: or None when this browser has begun no such sign-in within the hour."""
    name = next((each for each in (_name(state, HERE), _name(state, ELSEWHERE)) if each in request.cookies), "")
    kept = _read(name)
    if kept is None or kept.pop("state", "") != state:
        return None

    @after_this_request
    def forget(response: Response) -> Response:
        _forget(response, name)
        return response

    return kept


def _begun(where: str) -> list[str]:
    """The names of the attempts that this browser has kept, the oldest first; what cannot be read is older still."""
    beginning = _name("", where)[:-_DIGITS]
    names = [name for name in request.cookies if name.startswith(beginning) and len(name) == len(beginning) + _DIGITS]
    return sorted(names, key=lambda name: _begun_at(name))


def _begun_at(name: str) -> float:
    try:
        _, at = _signer().loads(request.cookies[name], return_timestamp=True)
    except BadSignature:
        return 0
    return float(at.timestamp())


def _read(name: str) -> Kept | None:
    try:
        kept = _signer().loads(request.cookies.get(name, ""), max_age=LASTS_SECONDS)
    except BadSignature:
        return None
    return kept if isinstance(kept, dict) else None


def _name(state: str, where: str) -> str:
    # a digest, for a state from outside may hold anything
    digest = hashlib.sha256(state.encode(errors="replace")).hexdigest()[:_DIGITS]
    return f"{session_cookie.cookie_name(_public_url())}_{where}_{digest}"


def _public_url() -> str:
    return str(current_app.extensions["lotsa"].settings.public_url)


def _signer() -> URLSafeTimedSerializer:
    # the last key signs, all are tried
    keys = [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.secret_key or ""]
    return URLSafeTimedSerializer(keys, salt="lotsa-sign-in", signer_kwargs={"digest_method": hashlib.sha256})


def _forget(response: Response, name: str) -> None:
    _set(response, name, "", 0)


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    secure = _public_url().startswith("https://")
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=secure)
