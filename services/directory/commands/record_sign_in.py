"""Tell the others that somebody signed in, could not, or signed out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.directory.domain.events import SessionEnded, SignedIn, SignInRefused
from services.directory.domain.ports import DirectoryWork
from shared.kernel.actor import UserRef


def record_sign_in(work: DirectoryWork, session_id: UUID, user: UserRef, expires_at: datetime) -> None:
    """A session began, whose cookie says nothing from ``expires_at`` on; it can be ended before.

    That this user has ever signed in is noted, for those who hand out assignments; that they were refused before is
    forgotten.
    """
    work.sign_ins.note(user, work.clock.now())
    work.sign_ins.forget_refusal(user)
    work.living_sessions.begin(session_id, user, expires_at)
    work.happened(SignedIn(occurred_at=work.clock.now(), session_id=session_id, user=user))


def record_refused_sign_in(work: DirectoryWork, reason: str) -> None:
    """A session did not begin. ``reason`` is a code, never what the provider said."""
    work.happened(SignInRefused(occurred_at=work.clock.now(), reason=reason))


def note_refused_sign_in(work: DirectoryWork, reason: str, user: UserRef) -> None:
    """The provider knows this user, who was not let in: a colleague's latest such day is kept, a stranger's is not."""
    work.sign_ins.note_refusal(user, reason, work.clock.now())


def record_sign_out(work: DirectoryWork, session_id: UUID, expires_at: datetime) -> None:
    """A session ended; every service refuses its cookie until it would have expired at ``expires_at`` anyway."""
    work.living_sessions.end(session_id)
    work.happened(SessionEnded(occurred_at=work.clock.now(), session_id=session_id, expires_at=expires_at))
