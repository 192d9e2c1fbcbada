"""Carry out one delivery: reaction and inbox row in one COMMIT, then acknowledge; otherwise put aside or park."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeAlias

from shared.contracts.contract import Contract, ContractViolation, UnknownEventType
from shared.contracts.envelope import Envelope, UndecodableEnvelope
from shared.messaging import names
from shared.messaging.delivery import Delivery
from shared.messaging.inbox import first_time
from shared.messaging.trouble import BrokerTrouble, Meaning, meaning_of, reason_for
from shared.observability import metrics, trace
from shared.observability.logs import about, logger
from shared.storage.unit_of_work import UnitOfWork

AT_ONCE_AGAIN = 3
WAITS = (0.2, 0.5, 1.0)

_log = logger("messaging.handling")


class Service(Protocol):
    """What the bus asks of a service class."""

    name: str

    def unit_of_work(self, envelope: Envelope | None) -> UnitOfWork:
        """A new unit of work that follows the envelope."""
        ...


Reaction: TypeAlias = Callable[[Any, Contract, Any], None]


def carry_out(service: Service, reaction: Reaction, delivery: Delivery) -> None:
    """Settle a delivery, whatever happens; raises nothing. An unsettled one is delivered again by the broker."""
    queue = delivery.subscription.queue
    with about(queue=queue, event_id=delivery.message_id):
        try:
            envelope, event = _read(delivery)
        except (UndecodableEnvelope, UnknownEventType, ContractViolation) as error:
            # its body has been seen by nobody, and goes to the parked queue as it came
            _until_settled(delivery, partial(_park, delivery, error))
            return
        with trace.following(envelope.traceparent), about(correlation_id=str(envelope.correlation_id)):
            _react(service, reaction, delivery, envelope, event)


def _read(delivery: Delivery) -> tuple[Envelope, Contract]:
    envelope = Envelope.from_bytes(delivery.body)
    foreign = delivery.exchange.startswith("lotsa.") and delivery.exchange not in (
        names.exchange(envelope.publisher),
        names.again_exchange(delivery.subscription.service),
    )
    if foreign:
        # only the exchange's owner can write to it, so this claims to come from somebody else
        raise UndecodableEnvelope("published by another than its source says")
    return envelope, envelope.contract()


def _react(service: Service, reaction: Reaction, delivery: Delivery, envelope: Envelope, event: Contract) -> None:
    met = waits = 0
    while delivery.live:
        try:
            _once(service, reaction, delivery, envelope, event)
        except Exception as error:  # noqa: BLE001 - a reaction may raise anything; each has its meaning
            meaning = meaning_of(error)
            if meaning is Meaning.AGAIN and met < AT_ONCE_AGAIN:
                met += 1
                delivery.wait(random.uniform(0.005, 0.05) * met)  # noqa: S311 - keeps two transactions apart, no secret
            elif meaning is Meaning.WAIT:
                if waits == 0:
                    metrics.pauses.labels(delivery.subscription.queue).inc()
                    _log.warning("waiting for the world to be whole", error=error)
                delivery.wait(WAITS[min(waits, len(WAITS) - 1)])
                waits += 1
            else:
                aside = _park if meaning is Meaning.NEVER else _put_aside
                _until_settled(delivery, partial(aside, delivery, error))
                return
        else:
            delivery.acknowledge()
            return


def _once(service: Service, reaction: Reaction, delivery: Delivery, envelope: Envelope, event: Contract) -> None:
    queue = delivery.subscription.queue
    if not delivery.subscription.listens_to(envelope.type):
        return  # an old binding: the reaction no longer exists for this type
    began = time.monotonic()
    with service.unit_of_work(envelope) as uow:
        if not first_time(uow.connection, queue, envelope.id):
            metrics.repeated.labels(queue).inc()
            return
        reaction(service, event, uow)
        uow.commit()
    metrics.consumed.labels(queue).inc()
    metrics.reaction_seconds.labels(queue).observe(time.monotonic() - began)


def _until_settled(delivery: Delivery, settle: Callable[[], None]) -> None:
    """The copy must be confirmed before the original is acknowledged: a crash between repeats it, never loses it."""
    while delivery.live:
        try:
            settle()
        except BrokerTrouble:
            delivery.wait(WAITS[-1])
        else:
            delivery.acknowledge()
            return


def _put_aside(delivery: Delivery, error: Exception) -> None:
    if delivery.attempts >= len(names.RETRY_SECONDS):
        _park(delivery, error)
        return
    seconds = names.RETRY_SECONDS[delivery.attempts]
    delivery.settling.try_again(delivery, seconds, reason_for(error))
    metrics.retried.labels(delivery.subscription.queue).inc()
    _log.warning("put aside", error=error, attempt=delivery.attempts + 1, seconds=seconds)


def _park(delivery: Delivery, error: Exception) -> None:
    delivery.settling.park(delivery, reason_for(error))
    metrics.parked.labels(delivery.subscription.queue).inc()
    _log.error("parked", error=error, reason=reason_for(error), attempts=delivery.attempts)
