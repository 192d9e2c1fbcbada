"""Announces for each hour that is over what a service has told and who has looked, as counts and digests.

Beside the relay, in its process and with its rights, but not in its way: a connection and a thread of its own. Several
may do it at once; they say the same. An hour is said some minutes after its end, when all of it has been sent, and
again for some hours, so that an announcement that was lost is made good; after a start, for the last days.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.contracts.common import AccessRecorded, TallyAnnounced
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.identity import uuid7
from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.tally import HOUR, LOOK_BACK, Tally, hour_of, ids_within
from shared.messaging.trouble import BrokerTrouble
from shared.observability import trace
from shared.observability.episodes import Episode
from shared.observability.logs import logger

LOOK_EVERY = 20.0
SETTLED_AFTER = timedelta(minutes=5)
"""What was begun before the hour's end has been committed and sent by then, or waits and is seen to wait."""
SAID_AGAIN_FOR = timedelta(hours=3)
SAID_AGAIN_EVERY = timedelta(minutes=30)
CHUNK = 1_000

_UNSENT = text("SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL AND id >= :low AND id < :high)")
_FIRST = text("SELECT id FROM outbox WHERE sent_at IS NOT NULL ORDER BY id LIMIT 1")
# within that hour alone: no index leads to a number that was sent, and what was sent is kept for a month
_FROM_THE_BEGINNING = text("SELECT EXISTS (SELECT FROM outbox WHERE id >= :low AND id < :high AND sequence = 1)")
_EPOCH = text("SELECT epoch FROM publisher")
_TOLD = text(
    "SELECT id, event_type, data FROM outbox WHERE id >= :low AND id < :high AND sent_at IS NOT NULL "
    "ORDER BY id LIMIT :chunk OFFSET :passed"
)
_KEEPS_LOOKS = text("SELECT to_regclass('access_records') IS NOT NULL")
# whoever keeps access records keeps them as the event tells them (AccessRecorded), seen by the service itself
_AS_THE_SERVICE = text("SELECT set_config('lotsa.actor', 'system', true)")
_LOOKS = text(
    "SELECT access_id, action, outcome, rule, purpose, issuer, subject, assignment_id, unit_id, role, record_kind, "
    "subjects, consents, occurred_at FROM access_records WHERE access_id >= :low AND access_id < :high "
    "ORDER BY access_id LIMIT :chunk OFFSET :passed"
)

_log = logger("messaging.tallying")


class Tallier:
    """Announces one service's tallies until told to stop. Never eventlet-patched."""

    def __init__(
        self,
        engine: Engine,
        broker_url: str,
        publisher: str,
        installation: str,
        *,
        clock: Clock | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._engine = engine
        self._broker_url = broker_url
        self._publisher = publisher
        self._installation = installation
        self._clock = clock or SystemClock()
        self._look_every = look_every
        self._said: dict[datetime, datetime] = {}
        self._from: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Look, again and again; a trouble is told, and the next look makes it good."""
        episode = Episode(_log, "the hours are tallied again", publisher=self._publisher)
        while not stop.is_set():
            try:
                self.round()
            except BrokerTrouble:
                pass  # the relay tells of that
            except Exception as error:  # noqa: BLE001 - whatever broke, begin anew from what is committed
                episode.trouble("the hours could not be tallied", error=error)
            else:
                episode.well()
            stop.wait(self._look_every)

    def round(self) -> int:
        """Announce what is due; how many hours. Raises BrokerTrouble or a database error.

        An hour that cannot be tallied (whoever changes the tables may write anything there) keeps no other back.
        """
        due = list(self._due(self._clock.now()))
        if not due:
            return 0
        broker = ConfirmedPublisher(self._broker_url, f"{self._publisher} tally")
        said, wrong = 0, None
        try:
            for hour in due:
                try:
                    said += self._say(hour, broker)
                except (DBAPIError, ValueError, TypeError) as error:
                    if isinstance(error, OperationalError | InterfaceError):
                        # the database is away, for every hour
                        raise
                    wrong = wrong or error
        finally:
            broker.close()
        if wrong is not None:
            raise wrong
        return said

    def _say(self, hour: datetime, broker: ConfirmedPublisher) -> bool:
        with self._engine.connect() as connection:
            announced = tally_of(connection, hour)
            epoch = connection.execute(_EPOCH).scalar_one()
        if announced is None:
            return False
        broker.publish([self._message(announced, epoch)])
        self._said[hour] = self._clock.now()
        return True

    def _due(self, now: datetime) -> Iterator[datetime]:
        """Hours that are over and not said yet, or said so lately that they are said again; the oldest first."""
        hour = (now - LOOK_BACK).replace(minute=0, second=0, microsecond=0)
        # what a clock that was ahead has said, of hours that are not over or at moments that have not come, is unsaid
        self._said = {
            each: at
            for each, at in self._said.items()
            if each >= hour and at <= now and each + HOUR + SETTLED_AFTER <= now
        }
        if self._from is None:
            self._from = self._begun(now)
        hour = max(hour, self._from)
        while hour + HOUR + SETTLED_AFTER <= now:
            said_at = self._said.get(hour)
            young = now - hour < SAID_AGAIN_FOR
            if said_at is None or (young and now - said_at >= SAID_AGAIN_EVERY):
                yield hour
            hour += HOUR

    def _begun(self, now: datetime) -> datetime:
        """The first hour of which everything is kept; this one when nothing is.

        What was sent is forgotten after a while (after an hour, until 0.1): the first that is kept may be the rest of
        its hour, unless it is the first of all. Where nothing is kept, the hour before this one may have been forgotten
        in part; and what was never sent is kept however old it is, so it says nothing of its hour.
        """
        with self._engine.connect() as connection:
            first = connection.execute(_FIRST).scalar()
            if first is None:
                return hour_of(ids_within(now, now)[0])
            hour = hour_of(first)
            low, high = ids_within(hour, hour + HOUR)
            whole = connection.execute(_FROM_THE_BEGINNING, {"low": low, "high": high}).scalar_one()
        return hour if whole else hour + HOUR

    def _message(self, announced: TallyAnnounced, epoch: UUID) -> Outgoing:
        envelope = Envelope(
            id=uuid7(),
            type=announced.event_type,
            publisher=self._publisher,
            installation=self._installation,
            epoch=epoch,
            time=self._clock.now(),
            correlation_id=uuid7(),
            data=announced.to_data(),
            traceparent=trace.make(),
        )
        return Outgoing(names.exchange(self._publisher), envelope.type, str(envelope.id), envelope.to_bytes())


def tally_of(connection: Connection, hour: datetime) -> TallyAnnounced | None:
    """What a service has told and who has looked in an hour, by its own tables; None while some of it is unsent."""
    low, high = ids_within(hour, hour + HOUR)
    if connection.execute(_UNSENT, {"low": low, "high": high}).scalar_one():
        return None
    told = Tally()
    for row in _rows(connection, _TOLD, low, high):
        told.add(row.id, row.event_type, row.data)
    if not connection.execute(_KEEPS_LOOKS).scalar_one():
        return TallyAnnounced(hour=hour, told=told.count, told_digest=told.digest)
    connection.execute(_AS_THE_SERVICE)
    looks = Tally()
    for row in _rows(connection, _LOOKS, low, high):
        looks.add(row.access_id, AccessRecorded.event_type, _as_told(row).to_data())
    return TallyAnnounced(
        hour=hour, told=told.count, told_digest=told.digest, looks=looks.count, looks_digest=looks.digest
    )


def _as_told(row: Any) -> AccessRecorded:
    said = row._asdict()
    return AccessRecorded(**{**said, "subjects": tuple(said["subjects"]), "consents": tuple(said["consents"])})


def _rows(connection: Connection, question: Any, low: UUID, high: UUID) -> Iterator[Any]:
    """The rows from one id up to another, read in chunks; those of one id too that lie on both sides of an edge."""
    passed = 0
    while True:
        found = connection.execute(question, {"low": low, "high": high, "chunk": CHUNK, "passed": passed}).all()
        yield from found
        if len(found) < CHUNK:
            return
        last = found[-1][0]
        passed = sum(row[0] == last for row in found) + (passed if last == low else 0)
        low = last
