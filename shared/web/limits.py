"""How often one caller may ask: per address, per person and per token, and less often for what costs more.

Whoever is signed in, or brings the token of an assignment that holds, is counted as that person or that assignment;
everybody else by their address, among them whoever brings the cookie of a session that is over, or the token of an
assignment that has ended: it may be a copy, and spends nothing of its owner's. It is asked before anything else about
the request, so that trying costs no more than being told to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, current_app, request

from shared.environment import SettingsAreWrong
from shared.kernel.addresses import caller
from shared.kernel.refusals import Failure, SignInNeeded, TooOften
from shared.settings import Settings
from shared.storage.rates import Allowance, Spending
from shared.web.session import session_cookie
from shared.web.who import AssignmentNeeded, current_actor, has_ended, is_api, web

View = TypeVar("View", bound=Callable[..., Any])

STRANGERS, PEOPLE, TOKENS = "strangers", "people", "tokens"
SEARCHES, SIGN_INS, HEAVY = "searches", "sign-ins", "heavy"
ALLOWED: Mapping[str, str] = {
    # an office may come from one address, and the public pages are read by many
    STRANGERS: "600/minute",
    PEOPLE: "600/minute",
    # a system sends for many
    TOKENS: "1000/second",
    SEARCHES: "120/minute",
    # a morning's colleagues at one address, two requests each
    SIGN_INS: "120/minute",
    # exports, and verifying the log
    HEAVY: "20/minute",
}
NOT_COUNTED = ("static", "metrics", "health.live", "health.ready")
_MARK = "lotsa_costs"


def costs(kind: str) -> Callable[[View], View]:
    """Mark a view that may be asked for less often than others; beside the caller's own allowance."""

    def mark(view: View) -> View:
        setattr(view, _MARK, kind)
        return view

    return mark


def register(app: Flask, settings: Settings) -> None:
    """Have the app count. Raises SettingsAreWrong for a kind or a number that there is not."""
    if settings.limits.keys() - ALLOWED.keys():
        raise SettingsAreWrong(f"LOTSA_LIMITS names what is none of {', '.join(ALLOWED)}")
    try:
        left = {kind: Spending(Allowance.parse(settings.limits.get(kind, usual))) for kind, usual in ALLOWED.items()}
    except ValueError:
        raise SettingsAreWrong("LOTSA_LIMITS: each is so many/second, /minute or /hour, or none") from None

    @app.before_request
    def count() -> None:
        if request.endpoint in NOT_COUNTED:
            return
        kind, who = _caller(settings)
        view = current_app.view_functions.get(request.endpoint or "")
        also = getattr(view, _MARK, None)
        wait = left[kind].spend(who)
        if not wait and also:
            wait = left[also].spend(_address(settings) if also == SIGN_INS else who)
        if wait:
            raise TooOften(wait)


def _caller(settings: Settings) -> tuple[str, str]:
    if is_api():
        assignment = _assignment()
        return (TOKENS, assignment) if assignment else (STRANGERS, _address(settings))
    # asked without prolonging or ending it: the view does that
    state = session_cookie.said()
    if state is None or web().clock.now() > state.idle_until or has_ended(state.session_id):
        return STRANGERS, _address(settings)
    return PEOPLE, f"{state.user.issuer} {state.user.subject}"


def _assignment() -> str:
    """Whose token it is; nothing for one that is not right, or whose assignment has ended: that is a stranger's."""
    try:
        return str(current_actor().assignment_id)
    except (SignInNeeded, AssignmentNeeded, Failure):
        return ""


def _address(settings: Settings) -> str:
    forwarded = request.headers.get("X-Forwarded-For", "")
    return caller(request.remote_addr or "", forwarded, settings.trusted_proxies)
