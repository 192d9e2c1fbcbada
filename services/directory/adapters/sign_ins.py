"""Who has ever signed in, and who was refused when they last tried, as rows.

Row-level security shows them to operators, and to administrators of a place where the user has or had an assignment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from shared.kernel.actor import UserRef

_NOTE = text("insert into sign_ins (issuer, subject, first_at) values (:issuer, :subject, :at) on conflict do nothing")
_HAS = text("select exists (select from sign_ins where issuer = :issuer and subject = :subject)")

# strangers leave nothing: the provider may know many who never had anything to do here
_NOTE_REFUSAL = text(
    "insert into refused_sign_ins (issuer, subject, last_at, reason) select :issuer, :subject, :at, :reason "
    "where exists (select from known_assignments where issuer = :issuer and subject = :subject) "
    "on conflict (issuer, subject) do update set last_at = excluded.last_at, reason = excluded.reason"
)
_FORGET_REFUSAL = text("delete from refused_sign_ins where issuer = :issuer and subject = :subject")
_REFUSED = text("select last_at, reason from refused_sign_ins where issuer = :issuer and subject = :subject")
_SWEEP = text("delete from refused_sign_ins where last_at < :before")

# who came a season ago and not since is no longer about to begin
KEEP_REFUSALS = timedelta(days=90)


class SignInRows:
    """``domain.sign_in_ports.SignIns`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, user: UserRef, at: datetime) -> None:
        """Somebody signed in; only the first time is kept."""
        self._connection.execute(_NOTE, {"issuer": user.issuer, "subject": user.subject, "at": at})

    def has(self, user: UserRef) -> bool:
        """Whether this user has signed in, since that has been noted."""
        return bool(self._connection.scalar(_HAS, {"issuer": user.issuer, "subject": user.subject}))

    def note_refusal(self, user: UserRef, reason: str, at: datetime) -> None:
        """Somebody came and was not let in; the latest time is kept, of those alone who ever had an assignment."""
        noted = {"issuer": user.issuer, "subject": user.subject, "at": at, "reason": reason}
        self._connection.execute(_NOTE_REFUSAL, noted)

    def forget_refusal(self, user: UserRef) -> None:
        """They have signed in since."""
        self._connection.execute(_FORGET_REFUSAL, {"issuer": user.issuer, "subject": user.subject})

    def refused(self, user: UserRef) -> tuple[datetime, str] | None:
        """When this user was last refused, and why; None when they have signed in since, or not tried lately."""
        row = self._connection.execute(_REFUSED, {"issuer": user.issuer, "subject": user.subject}).first()
        return (row.last_at, row.reason) if row else None


def forget_old_refusals(connection: Connection, now: datetime) -> int:
    """Sweep what was refused longer ago than is kept; how many. For the service's own timer."""
    connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
    return connection.execute(_SWEEP, {"before": now - KEEP_REFUSALS}).rowcount
