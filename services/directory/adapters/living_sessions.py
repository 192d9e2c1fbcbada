"""Sessions that have begun and not ended, as rows. They are for ending; what a session allows, its signature says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from shared.kernel.actor import UserRef
from shared.storage.staff import ANY_CLOCKS_ERROR

_BEGIN = text("insert into living_sessions values (:id, :issuer, :subject, :expires_at) on conflict do nothing")
_END = text("delete from living_sessions where session_id = :id")
_END_ALL = text(
    "delete from living_sessions where issuer = :issuer and subject = :subject returning session_id, expires_at"
)
_SWEEP = text("delete from living_sessions where expires_at < :now")


class LivingSessionRows:
    """``domain.sign_in_ports.LivingSessions`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, session_id: UUID, user: UserRef, expires_at: datetime) -> None:
        """A session began; from ``expires_at`` on its cookie says nothing any more."""
        values = {"id": session_id, "issuer": user.issuer, "subject": user.subject, "expires_at": expires_at}
        self._connection.execute(_BEGIN, values)

    def end(self, session_id: UUID) -> None:
        """A session ended."""
        self._connection.execute(_END, {"id": session_id})

    def end_all(self, user: UserRef) -> list[tuple[UUID, datetime]]:
        """All of somebody's sessions ended: which, each with the moment until which that must be remembered."""
        rows = self._connection.execute(_END_ALL, {"issuer": user.issuer, "subject": user.subject})
        return [(row.session_id, row.expires_at) for row in rows]


def forget_past_sessions(connection: Connection, now: datetime) -> int:
    """Sweep the sessions that are long over, by any clock; how many."""
    return connection.execute(_SWEEP, {"now": now - ANY_CLOCKS_ERROR}).rowcount
