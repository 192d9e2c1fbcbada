"""What the directory does when somebody comes or goes: it tells the other services."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.directory.bootstrap import Parts
from services.directory.commands.record_sign_in import (
    NoteRefusedSignIn,
    RecordRefusedSignIn,
    RecordSignIn,
    RecordSignOut,
    note_refused_sign_in,
    record_refused_sign_in,
    record_sign_in,
    record_sign_out,
)
from shared.kernel.actor import UserRef
from shared.storage.rates import Allowance, Spending
from shared.storage.unit_of_work import changing
from shared.web.session.state import KNOWN_FOR
from shared.web.sign_in.assurance import Lack

WITHOUT_ASSIGNMENT = "no-assignment"
# the provider knows who it is
KNOWN = (WITHOUT_ASSIGNMENT, *Lack)
# the provider may know the whole authority, and the log is not where its size is to be seen
MOST_TOLD = Allowance(20, 3600)


class Hooks:
    """``shared.web.sign_in.login.SignInHooks``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told = Spending(MOST_TOLD)

    def on_signed_in(self, user: UserRef, session_id: UUID) -> None:
        """Somebody signed in."""
        with changing(self._parts.work_about(user)) as uow:
            # so long its cookie says whose it is: an end that is forgotten sooner would let it leave forms again
            record_sign_in(RecordSignIn(session_id=session_id, user=user, expires_at=uow.clock.now() + KNOWN_FOR), uow)

    def on_refused(self, reason: str, user: UserRef | None = None) -> None:
        """A sign-in failed. Told is only that of somebody whom the provider knows, and a few of those an hour.

        That a colleague came and was not let in is noted however many others did, for those who hand out assignments.
        """
        if reason in KNOWN and user is not None:
            with changing(self._parts.work_about(user)) as uow:
                note_refused_sign_in(NoteRefusedSignIn(reason=reason, user=user), uow)
        if reason not in KNOWN or self._told.spend(""):
            return
        with changing(self._parts.work()) as uow:
            record_refused_sign_in(RecordRefusedSignIn(reason=reason), uow)

    def on_signed_out(self, session_id: UUID, expires_at: datetime) -> None:
        """A session ended, in all services as they hear of it, here at once."""
        with changing(self._parts.work()) as uow:
            record_sign_out(RecordSignOut(session_id=session_id, expires_at=expires_at), uow)
