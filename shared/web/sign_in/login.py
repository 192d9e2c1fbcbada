"""Signing in, choosing an assignment, signing out. The directory's app mounts this; all services share the session.

Production signs in through OpenID Connect (code flow with PKCE S256, state and nonce; the ID token's signature, issuer,
audience, nonce and time are checked). Demo mode offers the invented cast as a list instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shared.kernel.actor import UserRef
from shared.kernel.refusals import SignInNeeded
from shared.observability.logs import logger
from shared.settings import Settings
from shared.storage.staff import Assignment
from shared.web import refusal_records
from shared.web.limits import SIGN_INS, costs
from shared.web.navigation import home_of
from shared.web.session import session_cookie
from shared.web.session.state import Identified
from shared.web.sign_in.assurance import SENTENCES, Lack, lack_of
from shared.web.sign_in.oidc import AWAY, ODD, Provider, SignInFailed
from shared.web.sign_in.session_lifetime import how_long, prolong, seen
from shared.web.who import signed_in, web

_log = logger("web.login")

# not their fault who asked: the provider's (RFC 9110, 15.6.3 and 15.6.4)
STATUS = {ODD: 502, AWAY: 503}
AWAY_SECONDS = 10

# somebody has come back from the provider and is not let in: what the browser had before is not theirs either
NOBODYS = ("token", "no-assignment", *Lack)


class SignInHooks(Protocol):
    """What the directory does when somebody comes or goes: it publishes events."""

    def on_signed_in(self, user: UserRef, session_id: UUID) -> None:
        """Somebody signed in."""
        ...

    def on_refused(self, reason: str, user: UserRef | None = None) -> None:
        """A sign-in failed: ``reason`` is a code.

        It is one of state, token, provider, away, cancelled, no-assignment, level, means, age. The first five are what
        anybody can cause without being known: they are counted, and not told to the log.
        ``user``: who it was, when the provider knows them: they had no assignment that held, or came in a way that is
        not sure enough.
        """
        ...

    def on_signed_out(self, session_id: UUID, expires_at: datetime) -> None:
        """A session ended; nobody may use its cookie any more. After ``expires_at`` it may be forgotten."""
        ...


@dataclass(frozen=True)
class CastMember:
    """One of the invented people that demo mode lets anybody be. ``key`` names them in the form, e.g. ``alva``."""

    key: str
    user: UserRef
    name: str
    about: str


def login_blueprint(
    settings: Settings, hooks: SignInHooks, *, cast: Callable[[], Sequence[CastMember]] | None = None
) -> Blueprint:
    """The pages under ``/directory`` for signing in and out. ``cast`` is used in demo mode only."""
    pages = Blueprint("login", __name__, url_prefix="/directory")
    provider = None if settings.demo else Provider(settings)

    def enter(user: UserRef, name: str, target: str, identified: Identified) -> Response:
        held = web().staff.assignments_of(user, web().clock.now())
        if not held:
            return refuse("no-assignment", user=user)
        lacks = [lack_of(identified, each.role, settings, web().clock.now()) for each in held]
        if all(lacks):
            return refuse(str(lacks[0]), user=user)
        leave()
        only = held[0] if len(held) == 1 else None
        session_id = session_cookie.start(
            user, name, web().clock.now(), assignment_id=only.id if only else None, identified=identified
        )
        hooks.on_signed_in(user, session_id)
        if only is None:
            return redirect(url_for("login.assignment", next=target), 303)
        return redirect(_onward(target, only), 303)

    def leave() -> None:
        """End the session that this browser has, in all services. One that is over too: its copies can leave forms."""
        now = web().clock.now()
        state = session_cookie.expired(now) or session_cookie.read(now)
        if state is None:
            return
        if web().staff.session_ended(state.session_id):
            # signed out everywhere, perhaps since somebody holds a copy of it: nothing of it goes over to the next one
            session_cookie.end()
        else:
            hooks.on_signed_out(state.session_id, state.known_until)

    def refuse(reason: str, cause: Exception | None = None, user: UserRef | None = None) -> Response:
        reference = secrets.token_hex(4)
        _log.warning("a sign-in failed", reference=reference, reason=reason, **({"error": cause} if cause else {}))
        refusal_records.count(f"sign-in-{reason}")
        hooks.on_refused(reason, user)
        if reason in NOBODYS:
            leave()
            session_cookie.end()
        elif signed_in() is not None:
            # an answer that came too late, or that a stranger's link made up, signs nobody out
            # promise: still-signed-in
            flash(_("The new sign-in came to nothing. You are signed in as before."), "warning")
            return redirect("/", 303)
        sentence = SENTENCES[Lack(reason)] if reason in set(Lack) else ""
        page = render_template("lotsa/sign_in_refused.html", reason=reason, sentence=sentence, reference=reference)
        answer = Response(page, STATUS.get(reason, 403), mimetype="text/html")
        if reason == AWAY:
            answer.headers["Retry-After"] = str(AWAY_SECONDS)
        return answer

    @pages.get("/login")
    @costs(SIGN_INS)
    def login() -> Response | str:
        target = safe_target(request.args.get("next"))
        if provider is None:
            return render_template("lotsa/demo_sign_in.html", cast=list(cast()) if cast else [], target=target)
        try:
            return provider.send_away(target)
        except SignInFailed as failed:
            return refuse(failed.reason, failed.cause)

    @pages.get("/login/callback")
    @costs(SIGN_INS)
    def callback() -> Response:
        if provider is None:
            abort(404)
        try:
            came = provider.receive()
        except SignInFailed as failed:
            return refuse(failed.reason, failed.cause)
        return enter(came.user, came.name, safe_target(came.target), came.identified)

    @pages.post("/login/demo")
    @costs(SIGN_INS)
    def demo_login() -> Response:
        if not settings.demo or cast is None:
            abort(404)
        found = next((each for each in cast() if each.key == request.form.get("who")), None)
        if found is None:
            abort(404)
        return enter(found.user, found.name, safe_target(request.form.get("next")), Identified())

    @pages.get("/assignment")
    def assignment() -> str:
        who = signed_in()
        if who is None:
            raise SignInNeeded
        held = web().staff.assignments_of(who.user, web().clock.now())
        target = safe_target(request.args.get("next"))
        return render_template("lotsa/assignment.html", who=who, held=held, target=target)

    @pages.post("/assignment")
    def choose_assignment() -> Response:
        who = signed_in()
        if who is None:
            raise SignInNeeded
        held = web().staff.assignments_of(who.user, web().clock.now())
        chosen = next((each for each in held if str(each.id) == request.form.get("assignment")), None)
        if chosen is None:
            flash(_("Choose one of your assignments."), "warning")
            return redirect(url_for("login.assignment"), 303)
        lack = lack_of(who.identified, chosen.role, settings, web().clock.now())
        if lack is not None:
            flash(_(SENTENCES[lack]), "warning")
            return redirect(url_for("login.assignment"), 303)
        session_cookie.choose(chosen.id)
        return redirect(_onward(safe_target(request.form.get("next")), chosen), 303)

    @pages.post("/logout")
    def logout() -> Response:
        leave()
        session_cookie.end()
        gone = redirect(url_for("login.signed_out"), 303)
        # nothing is stored there; what some version or an extension may have left goes all the same
        gone.headers["Clear-Site-Data"] = '"cache", "storage"'
        return gone

    @pages.get("/signed-out")
    def signed_out() -> str:
        elsewhere = provider.sign_out_address() if provider else None
        return render_template("lotsa/signed_out.html", elsewhere=elsewhere)

    pages.get("/session")(how_long)
    pages.post("/session")(prolong)
    pages.get("/session/seen")(seen)
    return pages


def safe_target(given: str | None) -> str:
    """A path on this origin to go on to, or "/" for anything else: never another site, never a scheme."""
    if not given or not given.startswith("/") or len(given) > 500:
        return "/"
    # browsers read "//" and "/\" as another host, and drop tabs and line breaks
    if given[1:2] in ("/", "\\") or any(character in given for character in "\\\t\r\n") or not given.isprintable():
        return "/"
    parts = urlsplit(given)
    return "/" if parts.scheme or parts.netloc else given


def _onward(target: str, chosen: Assignment) -> str:
    return home_of(chosen.role) if target == "/" else target
