"""The relay: publishes a service's outbox, one active relay per service, and never forgets an event.

One round: number what is new and commit that, publish with confirms, mark what was confirmed. A crash at any point
repeats (under the same id and sequence), never loses: a row is marked only when the broker has said that it has it.
"""

from __future__ import annotations

import threading
import time
import zlib

from sqlalchemy import Connection, Engine, text

from shared.contracts.directory import DirectoryIsThere
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.steady import SteadyTime
from shared.messaging import names
from shared.messaging.inbox import sweep_inbox
from shared.messaging.publish.announcements import Announcing
from shared.messaging.publish.claims import WAITING, Claim, Claims
from shared.messaging.publish.outbox import BELL, sweep_outbox
from shared.messaging.publish.outbox_state import Measuring
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing, Receipt
from shared.messaging.publish.republication import sweep_requests
from shared.messaging.retention import KEEP_SENT
from shared.messaging.trouble import BrokerTrouble
from shared.observability import metrics
from shared.observability.episodes import Episode
from shared.observability.logs import logger
from shared.storage.bell import Rest, Sleeper
from shared.storage.driver import Look
from shared.storage.schema import check_version

ANNOUNCE_EVERY = 60.0
SWEEP_EVERY = 60.0
SWEEP_AT_MOST = 2_000
LOOK_BACK_EVERY = 2.0
AFTER_TROUBLE = 0.3
POLL_WHEN_LIVELY = 0.03
STAND_BY = 0.5
KEEP_SENT_SECONDS = KEEP_SENT.total_seconds()

_log = logger("messaging.relay")


class Relay:
    """Publishes one service's outbox until told to stop. Never eventlet-patched.

    ``poll``: seconds between looks at an outbox while it is awake; for a second after an event one looks more often.
    ``batch``: events published before their confirms are awaited.
    ``keep_sent``: seconds that sent rows stay, to be sent again.
    ``heartbeat``: the word that is said every ten seconds, when all that it vouches for has been confirmed.
    """

    def __init__(
        self,
        engine: Engine,
        broker_url: str,
        publisher: str,
        installation: str,
        *,
        poll: float = 0.05,
        batch: int = 500,
        announce_every: float = ANNOUNCE_EVERY,
        keep_sent: float = KEEP_SENT_SECONDS,
        heartbeat: type[DirectoryIsThere] | None = None,
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._installation = installation
        self._batch = batch
        self._keep_sent = keep_sent
        self._broker = ConfirmedPublisher(broker_url, f"{publisher} relay")
        self._episode = Episode(_log, "the relay stands firm again", publisher=publisher)
        self._unheard = Episode(_log, "every event has its queue again", publisher=publisher)
        self._clock: Clock = SystemClock()
        self._measuring = Measuring(publisher)
        self._announcing = Announcing(
            self._broker,
            publisher,
            installation,
            self._clock,
            self._measuring,
            every=announce_every,
            heartbeat=heartbeat,
        )
        self._date = SteadyTime(from_the_start=True)
        self._next_sweep = self._next_look_back = 0.0
        self._rest = Rest(poll, lively=POLL_WHEN_LIVELY)
        self._sending_again = self._relaying = False
        self._look: Look | None = None

    def run(self, stop: threading.Event) -> None:
        """Relay until ``stop`` is set; every trouble is waited out."""
        try:
            while not stop.is_set():
                try:
                    self._lead(stop)
                except BrokerTrouble as error:
                    self._trouble("broker", error)
                except Exception as error:  # noqa: BLE001 - whatever broke, begin anew from what is committed
                    self._trouble("database", error)
                stop.wait(AFTER_TROUBLE)
        finally:
            self._broker.close()

    def _trouble(self, kind: str, error: Exception) -> None:
        metrics.relay_troubles.labels(self._publisher, kind).inc()
        self._episode.trouble("the relay lost its footing", lost=kind, error=error)

    def _lead(self, stop: threading.Event) -> None:
        with self._engine.connect() as opened:
            # every step here is one statement, and so a transaction by itself: half the round trips
            connection = opened.execution_options(isolation_level="AUTOCOMMIT")
            check_version(self._publisher, connection)
            while not self._elected(connection):
                self._relaying = False
                self._measuring.stands_by()
                if stop.wait(STAND_BY):
                    return
            metrics.relay_active.labels(self._publisher).set(1)
            if not self._relaying:
                self._relaying = True
                _log.info("relaying", publisher=self._publisher)
            # what an earlier relay, or this one before its trouble, numbered and left unconfirmed comes first
            self._next_look_back = 0.0
            self._announcing.heartbeat_at_once()
            try:
                sleeper = Sleeper(connection, BELL)
                while not stop.is_set():
                    busy = self.round(connection)
                    self._episode.well()
                    self._unheard.well()
                    if not busy:
                        due = min(self._next_look_back, self._announcing.next_at) - time.monotonic()
                        self._rest.between(sleeper, stop.wait, *self._broker.sockets, at_most=due)
            finally:
                metrics.relay_active.labels(self._publisher).set(0)
                # the lock is the session's: give it up with the session, not with a statement that may not get through
                connection.invalidate()

    def _something_waits(self, connection: Connection) -> bool:
        """Most of the day there is nothing: a look costs a fraction of numbering nothing."""
        if self._look is None or self._look.connection is not connection:
            self._look = Look(connection, WAITING)
        return self._look()

    def _elected(self, connection: Connection) -> bool:
        key = zlib.crc32(f"lotsa relay {self._publisher}".encode())
        won = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
        connection.commit()
        return bool(won)

    def round(self, connection: Connection) -> bool:
        """Publish what waits now; returns whether there may be more at once. Raises BrokerTrouble or a database error.

        ``connection`` holds the advisory lock.
        """
        claims = Claims(connection)
        self._measuring.look(claims)
        self._broker.open()
        now, began = time.monotonic(), self._clock.now()
        if now >= self._next_look_back:
            self._look_back(claims)
        fresh = claims.number(self._batch) if self._rest.lively or self._something_waits(connection) else []
        if fresh:
            self._rest.found()
        self._send(claims, fresh)
        if self._sending_again:
            self._send_again(claims)
        self._announcing.say_what_is_due(claims, began, now, all_numbered=len(fresh) < self._batch)
        if now >= self._next_sweep:
            self._sweep(connection, now)
        if not fresh:
            self._broker.keep_alive()
        return len(fresh) == self._batch or self._sending_again

    def _sweep(self, connection: Connection, now: float) -> None:
        """Forget what was sent long ago, by the database's clock, here where there is only one at it."""
        self._next_sweep = now + SWEEP_EVERY
        # updated beside it: whoever started the newer code relays from now on
        check_version(self._publisher, connection)
        jump = self._date.look(connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one())
        connection.commit()
        if jump:
            metrics.clock_jumps.labels("database").inc()
            _log.error("the database's clock has jumped", publisher=self._publisher, seconds=round(jump))
        if not self._date.holds:
            return
        swept = sweep_outbox(connection, keep_seconds=self._keep_sent, at_most=SWEEP_AT_MOST)
        swept = max(swept, sweep_inbox(connection, at_most=SWEEP_AT_MOST))
        sweep_requests(connection)
        connection.commit()
        # as much as was asked for: then there is more, and the next round takes it
        if swept == SWEEP_AT_MOST:
            self._next_sweep = now

    def _look_back(self, claims: Claims) -> None:
        self._next_look_back = time.monotonic() + LOOK_BACK_EVERY
        for rows in claims.numbered(self._batch):
            self._send(claims, rows)
        self._sending_again = True

    def _send(self, claims: Claims, rows: list[Claim]) -> None:
        if not rows:
            return
        receipt = self._publish(rows)
        claims.mark_sent([row.id for row in rows if str(row.id) in receipt.confirmed])
        self._tell_of_returned(rows, receipt)

    def _send_again(self, claims: Claims) -> None:
        """One batch of what a person has asked for, between what is new."""
        asked = claims.to_send_again(self._batch)
        self._sending_again = asked is not None
        if asked is None:
            return
        request, upcoming, rows = asked
        if rows:
            receipt = self._publish(rows)
            self._tell_of_returned(rows, receipt)
            if receipt.refused:
                # the broker takes no more at present: the same batch again, a little later
                self._sending_again = False
                return
        claims.sent_again(request, upcoming)

    def _publish(self, rows: list[Claim]) -> Receipt:
        exchange = names.exchange(self._publisher)
        messages = [
            Outgoing(
                exchange, row.event_type, str(row.id), row.envelope(self._publisher, self._installation).to_bytes()
            )
            for row in rows
        ]
        metrics.published.labels(self._publisher).inc(len(messages))
        receipt = self._broker.publish(messages)
        metrics.confirmed.labels(self._publisher).inc(len(receipt.confirmed))
        self._measuring.confirmed(len(receipt.confirmed))
        return receipt

    def _tell_of_returned(self, rows: list[Claim], receipt: Receipt) -> None:
        if receipt.returned:
            metrics.returned.labels(self._publisher).inc(len(receipt.returned))
            types = sorted({row.event_type for row in rows if str(row.id) in receipt.returned})
            self._unheard.trouble("no queue takes these events; they are kept", level="error", types=types)
