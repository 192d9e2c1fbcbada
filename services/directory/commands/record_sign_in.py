"""Tell the others that somebody signed in, could not, or signed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.directory.domain.events import SessionEnded, SignedIn, SignInRefused
from services.directory.domain.ports import DirectoryWork
from shared.kernel.actor import UserRef


@dataclass(frozen=True, kw_only=True)
class RecordSignIn:
    """That a session of a user's began, whose cookie says nothing from ``expires_at`` on; it can be ended before."""

    session_id: UUID
    user: UserRef
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordRefusedSignIn:
    """That a session did not begin. ``reason`` is a code, never what the provider said."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NoteRefusedSignIn:
    """That a user whom the provider knows was not let in. ``reason`` is a code."""

    reason: str
    user: UserRef


@dataclass(frozen=True, kw_only=True)
class RecordSignOut:
    """That a session ended, whose cookie would have expired at ``expires_at`` anyway."""

    session_id: UUID
    expires_at: datetime


def record_sign_in(command: RecordSignIn, uow: DirectoryWork) -> None:
    """Tell of it, and keep that it lives.

    That this user has ever signed in is noted, for those who hand out assignments; that they were refused before is
    forgotten.
    """
    uow.sign_ins.note(command.user, uow.clock.now())
    uow.sign_ins.forget_refusal(command.user)
    uow.living_sessions.begin(command.session_id, command.user, command.expires_at)
    uow.record(SignedIn(occurred_at=uow.clock.now(), session_id=command.session_id, user=command.user))


def record_refused_sign_in(command: RecordRefusedSignIn, uow: DirectoryWork) -> None:
    """Tell of it."""
    uow.record(SignInRefused(occurred_at=uow.clock.now(), reason=command.reason))


def note_refused_sign_in(command: NoteRefusedSignIn, uow: DirectoryWork) -> None:
    """Keep it for those who hand out assignments: a colleague's latest such day is kept, a stranger's is not."""
    uow.sign_ins.note_refusal(command.user, command.reason, uow.clock.now())


def record_sign_out(command: RecordSignOut, uow: DirectoryWork) -> None:
    """Tell of it; every service refuses the session's cookie until it would have expired."""
    uow.living_sessions.end(command.session_id)
    uow.record(SessionEnded(occurred_at=uow.clock.now(), session_id=command.session_id, expires_at=command.expires_at))
