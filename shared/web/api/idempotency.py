"""A client that did not see its answer may ask again under the same Idempotency-Key, and nothing happens twice.

Kept are two keyed fingerprints (HMAC-SHA-256 under a key derived from the service's master key; while that is being
changed, those under the older ones are looked for too) and the answer's
status, Location, ETag and resource id: never a body, never the key itself. The row is written in the transaction of
the effect, so a crash leaves both or neither. No framework here: commands use it as well as the door.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared.kernel.actor import Actor
from shared.kernel.refusals import AlreadyInProgress
from shared.storage.driver import ask, run
from shared.web.errors import KeyUsedForSomethingElse

DDL = """
create table idempotency (
    key_fingerprint bytea primary key, request_fingerprint bytea not null,
    status smallint not null, location text, etag text, resource_id uuid, answered_at timestamptz not null
);
create index idempotency_by_age on idempotency (answered_at);
"""

REMEMBERED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Once:
    """A request that is to have its effect once: the fingerprints of its key and of all that it says.

    ``older``: the same two under master keys that have been changed since; an answer may have been kept under them.
    """

    key_fingerprint: bytes
    request_fingerprint: bytes
    older: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def every(self) -> tuple[tuple[bytes, bytes], ...]:
        """The fingerprints under each master key, the current one's first."""
        return ((self.key_fingerprint, self.request_fingerprint), *self.older)


@dataclass(frozen=True)
class Answer:
    """What was answered the first time, without the body."""

    status: int
    location: str | None = None
    etag: str | None = None
    resource_id: UUID | None = None


def once(secrets: Sequence[bytes], actor: Actor, key: str, method: str, path: str, body: bytes) -> Once:
    """Fingerprint a request. The key is the actor's own: two users' equal keys have nothing to do with one another.

    ``secrets``: the current one, and those before it that an answer may still have been kept under.
    """
    who = (actor.user.issuer, actor.user.subject, str(actor.assignment_id))
    said = hashlib.sha256(body).hexdigest()
    current, *older = (
        (_fingerprint(secret, b"key", *who, key), _fingerprint(secret, b"request", *who, key, method, path, said))
        for secret in secrets
    )
    return Once(*current, older=tuple(older))


def _fingerprint(secret: bytes, kind: bytes, *parts: str) -> bytes:
    digest = hmac.new(secret, kind, hashlib.sha256)
    for part in parts:
        encoded = part.encode()
        # lengths in front, so that no two lists of parts read the same
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.digest()


_IN_TURN = "select pg_try_advisory_xact_lock($1)"
_WAIT = "select pg_advisory_xact_lock($1)"
_EARLIER = """
    select request_fingerprint, status, location, etag, resource_id from idempotency where key_fingerprint = $1
"""
_REMEMBER = """
    insert into idempotency (key_fingerprint, request_fingerprint, status, location, etag, resource_id, answered_at)
    values ($1, $2, $3, $4, $5, $6, $7)
"""


def answered_before(connection: Connection, request: Once | None, *, wait: bool = False) -> Answer | None:
    """The earlier answer to the same request, or None when it is new (or carries no key); call before any effect.

    When another transaction is carrying out the same key at this moment, it is waited for (``wait``: a person sees one
    page), or AlreadyInProgress is raised (a system asks again). Raises KeyUsedForSomethingElse when the key came with
    another request.
    """
    if request is None:
        return None
    # a process that does not know the newest master key yet holds the lock of an older fingerprint: in one order, so
    # that no two wait for each other
    for number in sorted(int.from_bytes(key[:8], "big", signed=True) for key, _ in request.every):
        # statements of their own: the look must not be at the table as it was before the lock was had
        if wait:
            ask(connection, _WAIT, (number,))
        elif not ask(connection, _IN_TURN, (number,))[0][0]:
            raise AlreadyInProgress
    return earlier_answer(connection, request)


def earlier_answer(connection: Connection, request: Once) -> Answer | None:
    """The same, for whoever only looks and will have no effect: nobody is kept waiting, or out."""
    for key_fingerprint, request_fingerprint in request.every:
        for row in ask(connection, _EARLIER, (key_fingerprint,)):
            if not hmac.compare_digest(bytes(row[0]), request_fingerprint):
                raise KeyUsedForSomethingElse
            return Answer(row[1], row[2], row[3], row[4])
    return None


def remember_answer(connection: Connection, request: Once | None, answer: Answer, at: datetime) -> None:
    """Keep the answer with the effect, in the same transaction. Nothing to do when the request carried no key."""
    if request is None:
        return
    kept = (answer.status, answer.location, answer.etag, answer.resource_id, at)
    run(connection, (_REMEMBER, (request.key_fingerprint, request.request_fingerprint, *kept)))


def sweep(connection: Connection, now: datetime) -> int:
    """Forget answers that are old; how many. After that the same key counts as new."""
    statement = text("delete from idempotency where answered_at < :before")
    return connection.execute(statement, {"before": now - REMEMBERED_FOR}).rowcount


def create_idempotency(op: Any) -> None:
    """Create the table; called by each service's first migration with alembic's ``op``."""
    for statement in DDL.split(";"):
        if statement.strip():
            op.execute(statement)
