"""The relay's way with the outbox rows. One relay at a time, by advisory lock on the same connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.envelope import Envelope
from shared.messaging.publish.republication import Request, next_of, note_reached, open_request
from shared.storage.driver import ask, run

_COLUMNS = "id, event_type, data, occurred_at, correlation_id, causation_id, traceparent, history"

# between a restore and what becomes of its epoch (operations/come_back/after_restore.py) nothing is published
_NOT_HELD = "EXISTS (SELECT FROM publisher WHERE held_at IS NULL)"
# what an earlier version numbered and did not send has no epoch of its own
_EPOCH = "coalesce(outbox.epoch, (SELECT publisher.epoch FROM publisher))"

# One statement, so one round trip. The rows are locked before they are counted: whatever another numbered meanwhile is
# not among them, so that the count and the numbers given can never differ. Whether it is held is asked of the very row
# that counts too: who waits here for somebody who holds it finds it held.
_NUMBER = f"""
    WITH waiting AS MATERIALIZED (
        SELECT id AS waiting_id FROM outbox WHERE sequence IS NULL AND {_NOT_HELD}
        ORDER BY id LIMIT $1 FOR NO KEY UPDATE
    ), placed AS (
        SELECT waiting_id, row_number() OVER (ORDER BY waiting_id) AS place FROM waiting
    ), counted AS (
        UPDATE publisher SET last_sequence = last_sequence + (SELECT count(*) FROM waiting)
        WHERE held_at IS NULL AND EXISTS (SELECT 1 FROM waiting)
        RETURNING epoch, last_sequence - (SELECT count(*) FROM waiting) AS before
    )
    UPDATE outbox SET sequence = before + place, epoch = counted.epoch
    FROM placed, counted WHERE outbox.id = waiting_id
    RETURNING sequence, outbox.epoch, {_COLUMNS}
"""  # noqa: S608 - only this module's own column names are put in
WAITING = b"SELECT FROM outbox WHERE sequence IS NULL LIMIT 1"
"""Whether there is anything to number, for ``shared.storage.driver.Look``."""
_NUMBERED = f"""
    SELECT sequence, {_EPOCH}, {_COLUMNS} FROM outbox
    WHERE sequence > $1 AND sequence IS NOT NULL AND sent_at IS NULL AND {_NOT_HELD} ORDER BY sequence LIMIT $2
"""  # noqa: S608 - as above
_THOSE = f"SELECT sequence, {_EPOCH}, {_COLUMNS} FROM outbox WHERE id = ANY($1::uuid[])"  # noqa: S608 - as above
_MARK = "UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::uuid[])"
_UNSENT = """
    SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(written_at)), 0)
    FROM (SELECT written_at FROM outbox WHERE sequence IS NULL
          UNION ALL SELECT written_at FROM outbox WHERE sequence IS NOT NULL AND sent_at IS NULL LIMIT 100000) AS unsent
"""
# what an earlier epoch sent says nothing of this one; with nothing sent left to look at, all that was numbered has been
# sent, or lies below the first that was not
_HIGHEST_SENT = """
    SELECT epoch, coalesce(
        (SELECT max(sequence) FROM
            (SELECT sequence, epoch FROM outbox WHERE sent_at IS NOT NULL ORDER BY sent_at DESC LIMIT 1000) AS latest
            WHERE coalesce(latest.epoch, publisher.epoch) = publisher.epoch),
        (SELECT min(sequence) - 1 FROM outbox WHERE sequence IS NOT NULL AND sent_at IS NULL),
        last_sequence)
    FROM publisher WHERE held_at IS NULL
"""

# nothing while it is held, nor while anything of these types waits or is unconfirmed: whatever of them was committed
# before this is asked is then among what was sent
_SENT_LATELY = """
    SELECT epoch, ARRAY(
        SELECT id FROM outbox WHERE sent_at > clock_timestamp() - $2::interval AND event_type = ANY($1::text[])
        ORDER BY id
    )
    FROM publisher WHERE held_at IS NULL
        AND NOT EXISTS (SELECT FROM outbox WHERE sequence IS NULL AND event_type = ANY($1::text[]))
        AND NOT EXISTS (
            SELECT FROM outbox WHERE sequence IS NOT NULL AND sent_at IS NULL AND event_type = ANY($1::text[]))
"""


@dataclass(frozen=True)
class Claim:
    """An event with its sequence: what goes into its envelope."""

    sequence: int
    epoch: UUID
    id: UUID
    event_type: str
    data: dict[str, Any]
    occurred_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None
    history: bool

    def envelope(self, publisher: str, installation: str) -> Envelope:
        """The envelope that goes on the bus; the same at every try."""
        return Envelope(
            id=self.id,
            type=self.event_type,
            publisher=publisher,
            installation=installation,
            epoch=self.epoch,
            time=self.occurred_at,
            correlation_id=self.correlation_id,
            data=self.data,
            sequence=self.sequence,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
            history=self.history,
        )


class Claims:
    """Numbers, finds and marks rows. Each method is one committed transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number(self, at_most: int) -> list[Claim]:
        """Give the waiting rows the next sequences, without gaps, and commit, before anything is published."""
        rows = ask(self._connection, _NUMBER, (at_most,))
        self._connection.commit()
        return sorted((Claim(*row) for row in rows), key=lambda claim: claim.sequence)

    def numbered(self, at_most: int) -> Iterator[list[Claim]]:
        """Rows that were numbered and never confirmed, in batches: left by a crash, or returned or refused before."""
        after = 0
        while True:
            rows = ask(self._connection, _NUMBERED, (after, at_most))
            self._connection.rollback()
            if not rows:
                return
            yield [Claim(*row) for row in rows]
            after = rows[-1][0]

    def mark_sent(self, ids: Sequence[UUID]) -> None:
        """Note that the broker has confirmed these."""
        if ids:
            run(self._connection, (_MARK, ("{" + ",".join(map(str, ids)) + "}",)))
            self._connection.commit()

    def unsent(self) -> tuple[int, float]:
        """How many events are not yet confirmed (counted to 100,000), and the age of the oldest in seconds."""
        count, age = self._connection.exec_driver_sql(_UNSENT).one()
        self._connection.rollback()
        return int(count), float(age)

    def sent_lately(self, event_types: Sequence[str], within: timedelta) -> tuple[UUID, tuple[UUID, ...]] | None:
        """The source's epoch, and which events of these types were sent within that time.

        None while it is held, or while one of them has not been confirmed.
        """
        rows = ask(self._connection, _SENT_LATELY, (list(event_types), within))
        self._connection.rollback()
        return (rows[0][0], tuple(rows[0][1])) if rows else None

    def epoch_and_highest_sent(self) -> tuple[UUID, int] | None:
        """The source's epoch, and the highest sequence of it the broker has confirmed; None while it is held."""
        found = self._connection.exec_driver_sql(_HIGHEST_SENT).one_or_none()
        self._connection.rollback()
        return (found[0], int(found[1])) if found else None

    def to_send_again(self, at_most: int) -> tuple[Request, list[tuple[UUID, datetime]], list[Claim]] | None:
        """What a person has asked to have sent again, the next of it, and that as claims; None when nobody has."""
        request = open_request(self._connection)
        if request is None:
            self._connection.rollback()
            return None
        upcoming = next_of(self._connection, request, at_most)
        given = "{" + ",".join(str(each) for each, _ in upcoming) + "}"
        rows = ask(self._connection, _THOSE, (given,)) if upcoming else []
        self._connection.rollback()
        return request, upcoming, [Claim(*row) for row in rows]

    def sent_again(self, request: Request, sent: Sequence[tuple[UUID, datetime]]) -> None:
        """Note that the broker has confirmed these once more; when they were first sent stays as it was."""
        note_reached(self._connection, request, sent)
        self._connection.commit()
