"""What a session says, as it is signed into the browser's cookie, and how long that counts.

It is signed, not secret: it holds a random session id, the identity provider's issuer and subject, the name shown in
the header, how and when the person was identified, the secret of their forms, and times. It is over when 30 minutes
have passed without a request, or 12 hours in all.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.kernel.actor import UserRef

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# so long, from when it began, it is known whose session it was
KNOWN_FOR = timedelta(hours=24)
# a session that begins later than that was begun by a clock that was ahead: it would last until it comes to be right
FROM_AHEAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Identified:
    """How the identity provider says that somebody was identified (OpenID Connect Core 1.0, section 2).

    ``acr``: the level of assurance, as the provider names it; ``amr``: by which means; ``at``: when, if it says so.
    """

    acr: str = ""
    amr: tuple[str, ...] = ()
    at: datetime | None = None


NOTHING_SAID = Identified()


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
    identified: Identified = NOTHING_SAID

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


def begun(
    user: UserRef,
    name: str,
    now: datetime,
    *,
    assignment_id: UUID | None = None,
    identified: Identified = NOTHING_SAID,
) -> SessionState:
    """A new session, which no browser carries yet."""
    at = now.replace(microsecond=0)
    return SessionState(uuid4(), user, name, assignment_id, at, at, at, secrets.token_urlsafe(24), identified)


def is_over(state: SessionState, now: datetime) -> bool:
    """Whether it opens nothing any more by its times alone."""
    return now - state.seen_at > IDLE_LIMIT or now >= state.expires_at or is_from_ahead(state, now)


def is_from_ahead(state: SessionState, now: datetime) -> bool:
    """Whether a clock began it that was ahead."""
    return state.started_at - now > FROM_AHEAD


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


def from_claims(claims: Mapping[str, Any]) -> SessionState | None:
    """What was signed; None where it is no session of ours."""
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
