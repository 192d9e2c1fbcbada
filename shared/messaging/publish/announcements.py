"""What a relay says of itself, beside the events: how far it has come, and the directory's, that it is there.

None of it has a sequence or lies in an outbox: it is said again soon, so nothing is lost when nobody listens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.common import RelayAnnounced
from shared.contracts.contract import Contract
from shared.contracts.directory import DirectoryIsThere
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.messaging import names
from shared.messaging.publish.claims import Claims
from shared.messaging.publish.outbox_state import Measuring
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.observability import trace

HEARTBEAT_EVERY = 10.0
RESTS_ON = timedelta(minutes=15)
"""For how long the heartbeat names what was sent: a little longer than a queue tries it again (names.RETRY_SECONDS)."""


class Announcing:
    """One relay's announcements, each at its time (``now``: seconds of the monotonic clock)."""

    def __init__(
        self,
        broker: ConfirmedPublisher,
        publisher: str,
        installation: str,
        clock: Clock,
        measuring: Measuring,
        *,
        every: float,
        heartbeat: type[DirectoryIsThere] | None = None,
    ) -> None:
        self._broker = broker
        self._publisher = publisher
        self._installation = installation
        self._clock = clock
        self._measuring = measuring
        self._every = every
        self._heartbeat = heartbeat
        self._next_heartbeat = self._next_height = 0.0

    def heartbeat_at_once(self) -> None:
        """A relay that has come back says soon that it is there."""
        self._next_heartbeat = 0.0

    @property
    def next_at(self) -> float:
        """When the next is due, of the monotonic clock."""
        return self._next_height if self._heartbeat is None else min(self._next_heartbeat, self._next_height)

    def say_what_is_due(self, claims: Claims, began: datetime, now: float, *, all_numbered: bool) -> None:
        """``began``: the moment before the round's rows were numbered; ``all_numbered``: it took all that waited.

        Raises BrokerTrouble.
        """
        if self._heartbeat is not None and now >= self._next_heartbeat and all_numbered:
            self._say_it_is_there(claims, self._heartbeat, began, now)
        if now >= self._next_height:
            self._say_how_far(claims)
            # not before it was said: a broker that takes nothing is then in every round, and not well between two
            self._next_height = now + self._every

    def _say_it_is_there(self, claims: Claims, heartbeat: type[DirectoryIsThere], began: datetime, now: float) -> None:
        """As of ``began``: whatever was committed by then has been sent, or this stays unsaid until it has."""
        said = claims.sent_lately(heartbeat.vouches_for, RESTS_ON)
        if said is not None:
            epoch, after = said
            self._tell(heartbeat(after=after), epoch, began)
            self._next_heartbeat = now + HEARTBEAT_EVERY

    def _say_how_far(self, claims: Claims) -> None:
        said = claims.epoch_and_highest_sent()
        if said is not None:
            epoch, highest = said
            self._tell(RelayAnnounced(highest_sequence=highest), epoch, self._clock.now())

    def _tell(self, said: Contract, epoch: UUID, at: datetime) -> None:
        envelope = Envelope(
            id=uuid7(),
            type=said.event_type,
            publisher=self._publisher,
            installation=self._installation,
            epoch=epoch,
            time=at,
            correlation_id=uuid7(),
            data=said.to_data(),
            traceparent=trace.make(),
        )
        message = Outgoing(names.exchange(self._publisher), envelope.type, str(envelope.id), envelope.to_bytes())
        self._measuring.confirmed(len(self._broker.publish([message]).confirmed))
