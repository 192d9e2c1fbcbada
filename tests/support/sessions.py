"""Sessions as the directory makes them, for tests that begin with somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from shared.kernel.actor import UserRef
from shared.settings import Settings
from shared.web.session import session_cookie
from shared.web.session import state as session_state
from shared.web.session.keys import reader_from, signer_from
from shared.web.session.state import SessionState


def session_of(settings: Settings, state: SessionState) -> str:
    """What a browser carries that has signed in, signed with the installation's own key."""
    return signer_from(settings.session_signing_key_file).sign(session_state.claims_of(state))


def read_session(settings: Settings, cookie: str) -> SessionState:
    """What such a cookie says."""
    claims = reader_from(settings.session_verifying_keys_file).read(cookie)
    state = session_state.from_claims(claims) if claims else None
    assert state is not None, "the cookie is not of this installation"
    return state


def settings_of(app: Flask) -> Settings:
    """The settings that an app was made with."""
    found: Settings = app.extensions["lotsa"].settings
    return found


def sign_in_as(
    client: FlaskClient, user: UserRef, at: datetime, *, name: str = "", assignment_id: UUID | None = None
) -> SessionState:
    """Give a test's browser a session that began at a moment."""
    state = session_state.begun(user, name, at, assignment_id=assignment_id)
    settings = settings_of(client.application)
    client.set_cookie(_named(settings), session_of(settings, state))
    return state


def sign_out(client: FlaskClient) -> None:
    """Have the browser carry no session, as after a sign-out."""
    client.delete_cookie(_named(settings_of(client.application)))


def state_of(client: FlaskClient) -> SessionState:
    """Whose session a test's browser carries."""
    settings = settings_of(client.application)
    cookie = client.get_cookie(_named(settings))
    assert cookie is not None, "nobody is signed in here"
    return read_session(settings, cookie.value)


def changed(client: FlaskClient, change: Callable[[SessionState], SessionState]) -> None:
    """Have the browser carry its session as it would be with a change."""
    settings = settings_of(client.application)
    client.set_cookie(_named(settings), session_of(settings, change(state_of(client))))


def seen_earlier(state: SessionState, by: timedelta) -> SessionState:
    """The session as it would be, had its owner last been seen so much earlier."""
    at = state.seen_by_directory_at - by
    return replace(state, seen_at=at, seen_by_directory_at=at)


def _named(settings: Settings) -> str:
    return session_cookie.cookie_name(settings.public_url)
