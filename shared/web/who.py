"""Who is asking, and under which assignment. The only place where a request becomes an Actor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from flask import current_app, g, request

from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import Clock
from shared.kernel.refusals import NotAllowed, SignInNeeded
from shared.kernel.translation import says
from shared.observability import metrics
from shared.settings import Settings
from shared.storage.heartbeat import Hearing
from shared.storage.staff import Assignment, Unit
from shared.web.errors import DirectoryIsSilent
from shared.web.session import session_cookie
from shared.web.session.keys import SessionReader, SessionSigner
from shared.web.session.state import Identified, SessionState

View = TypeVar("View", bound=Callable[..., Any])


class StaffDirectory(Protocol):
    """What a service knows about staff from its own copy; ``shared.storage.staff.StaffCopy`` implements it."""

    def assignments_of(self, user: UserRef, at: datetime) -> Sequence[Assignment]:
        """The user's assignments that hold at a moment."""
        ...

    def session_ended(self, session_id: UUID) -> bool:
        """Whether the session was signed out."""
        ...

    def unit(self, unit_id: UUID) -> Unit | None:
        """A unit by its id, or None when it is not known here."""
        ...


class TokenReader(Protocol):
    """Turns a bearer token into who sent it and the assignment they act under."""

    def read(self, token: str) -> tuple[UserRef, UUID]:
        """The token's user and assignment. Raises SignInNeeded."""
        ...


@dataclass(frozen=True)
class Tried:
    """What somebody tries who comes to a door: an action on a kind of record, as the log says of a refusal there."""

    action: str
    kind: str


@dataclass(frozen=True)
class Web:
    """What ``make_app`` hands to the requests of one app."""

    service: str
    settings: Settings
    staff: StaffDirectory
    clock: Clock
    tokens: TokenReader | None
    secrets: Callable[[], Sequence[bytes]]
    sessions: SessionReader
    signer: SessionSigner | None
    """The private key of sessions: where sign-in is, and nowhere else."""
    hearing: Hearing | None
    """Whether the directory is heard; None in the directory itself, which knows."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a living session, which would end ``idle_until``, and the assignment they have chosen, if any.

    ``seen_by_directory_at``: when the directory last wrote into the session that they are here.
    """

    user: UserRef
    session_id: UUID
    name: str
    assignment: Assignment | None
    idle_until: datetime
    seen_by_directory_at: datetime
    identified: Identified

    @property
    def actor(self) -> Actor | None:
        """Who acts, once an assignment is chosen."""
        if self.assignment is None:
            return None
        return Actor(self.user, self.assignment.id, self.assignment.unit_id, self.assignment.role, self.name)


class AssignmentNeeded(NotAllowed):
    """Signed in, but no assignment chosen, or the chosen one has ended."""

    slug = "assignment-needed"
    title = says("Choose which assignment you are working under.")


class RoleNotAllowed(NotAllowed):
    """The chosen assignment's role may not open this."""

    slug = "role-not-allowed"
    title = says("The role you are working in may not do this.")


def web() -> Web:
    """The parts of the app that is serving this request."""
    return cast(Web, current_app.extensions["lotsa"])


def is_api() -> bool:
    """Whether this request came through the systems' door."""
    return request.path.startswith("/api/")


def signed_in() -> SignedIn | None:
    """Who is signed in with the cookie, or None. Looked up once a request."""
    if "signed_in" not in g:
        g.signed_in = _from_cookie()
    return cast("SignedIn | None", g.signed_in)


def _from_cookie() -> SignedIn | None:
    parts = web()
    g.expired_session = session_cookie.expired(parts.clock.now())
    state = session_cookie.read(parts.clock.now())
    if state is None:
        return None
    if has_ended(state.session_id):
        session_cookie.end()
        return None
    held = parts.staff.assignments_of(state.user, parts.clock.now())
    chosen = next((each for each in held if each.id == state.assignment_id), None)
    return SignedIn(
        *(state.user, state.session_id, state.name, chosen, state.idle_until),
        seen_by_directory_at=state.seen_by_directory_at,
        identified=state.identified,
    )


def expired_session() -> SessionState | None:
    """Whose session was over before this request and was not signed out. Known, never let in."""
    signed_in()
    state = cast("SessionState | None", g.expired_session)
    return None if state is None or has_ended(state.session_id) else state


def has_ended(session_id: UUID) -> bool:
    """Whether the session was signed out before this request. Looked up once a request."""
    if g.get("ended_asked_of") != session_id:
        g.ended_asked_of, g.ended = session_id, web().staff.session_ended(session_id)
    return bool(g.ended)


def current_actor() -> Actor:
    """Who acts in this request: pages by the cookie, ``/api/`` by a bearer token only.

    Raises SignInNeeded when nobody is signed in, AssignmentNeeded when the assignment is not chosen or no longer holds.
    """
    if "actor" not in g:
        g.actor = _actor_from_token() if is_api() else _actor_from_cookie()
    return cast(Actor, g.actor)


def _actor_from_cookie() -> Actor:
    who = signed_in()
    if who is None:
        raise SignInNeeded
    if who.actor is None:
        raise AssignmentNeeded
    return who.actor


def by_token() -> tuple[UserRef, UUID]:
    """Whose bearer token this request brings, and which assignment it stands for. Read once a request.

    Raises SignInNeeded where none is right, and Failure while nobody can tell.
    """
    if "by_token" not in g:
        parts = web()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or parts.tokens is None:
            raise SignInNeeded
        g.by_token = parts.tokens.read(token.strip())
    return cast("tuple[UserRef, UUID]", g.by_token)


def _actor_from_token() -> Actor:
    parts = web()
    user, assignment_id = by_token()
    for each in parts.staff.assignments_of(user, parts.clock.now()):
        if each.id == assignment_id:
            return Actor(user, each.id, each.unit_id, each.role)
    raise AssignmentNeeded


def hears_the_directory() -> bool:
    """Whether it is known here whose right has ended: the directory has been heard lately."""
    hearing = web().hearing
    return hearing is None or hearing.goes_on(web().clock.now())


def must_hear_the_directory() -> None:
    """Raise DirectoryIsSilent where what others have told of people would be shown or changed, and nobody is sure."""
    if not hears_the_directory():
        metrics.closed.labels(web().service).inc()
        raise DirectoryIsSilent


def needs(*roles: Role, goes_on: bool = False, tries: Tried | None = None) -> Callable[[View], View]:
    """Let a view be opened only by somebody acting in one of these roles (any role, if none is named).

    ``goes_on``: even while the directory is silent, because it shows nothing but the person's own, or nothing about
    anybody. ``tries``: what a refusal at this door is recorded as, see ``tried``. Raises SignInNeeded,
    AssignmentNeeded, RoleNotAllowed or DirectoryIsSilent before the view runs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if roles and actor.role not in roles:
                raise RoleNotAllowed
            if not goes_on:
                must_hear_the_directory()
            return view(*args, **kwargs)

        guarded.lotsa_needs = roles  # type: ignore[attr-defined]  # a mark on the function
        guarded.lotsa_goes_on = goes_on  # type: ignore[attr-defined]  # another
        guarded.lotsa_tries = tries  # type: ignore[attr-defined]  # and another
        return cast(View, guarded)

    return decorate


def tried() -> Tried | None:
    """What this request's door says that whoever comes to it tries; None where it says nothing, or there is no door."""
    view = current_app.view_functions.get(request.endpoint or "")
    return cast("Tried | None", getattr(view, "lotsa_tries", None))
