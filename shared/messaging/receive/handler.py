"""Carry out one delivery: reaction and inbox row in one COMMIT, then acknowledge; otherwise put aside or park."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol, TypeAlias

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope, UndecodableEnvelope
from shared.messaging import names
from shared.messaging.inbox import carried_out, first_time, first_times
from shared.messaging.receive.delivery import Delivery
from shared.messaging.trouble import BrokerTrouble, Meaning, meaning_of, reason_for
from shared.observability import metrics, trace
from shared.observability.logs import about, logger
from shared.storage.unit_of_work import UnitOfWork

AT_ONCE_AGAIN = 3
EARLY_WAITS = 10
EARLY_WAIT = 0.1
WAITS = (0.2, 0.5, 1.0)
REMEMBERED_TO = 16_384  # bytes of an event

_log = logger("messaging.handling")


class Service(Protocol):
    """What the bus asks of a service class."""

    name: str

    def unit_of_work(self, envelope: Envelope | None) -> UnitOfWork:
        """A new unit of work that follows the envelope."""
        ...


class TooEarly(Exception):
    """What an event rests on has not been carried out here; it is of no use before."""


Reaction: TypeAlias = Callable[[Any, Contract, Any], None]
Heard: TypeAlias = tuple[Envelope, Contract]
Reactions: TypeAlias = Callable[[Any, Sequence[Heard], Any], None]
Readable: TypeAlias = tuple[Delivery, Envelope, Contract]


def carry_out(service: Service, reaction: Reaction, delivery: Delivery) -> None:
    """Settle a delivery, whatever happens; raises nothing. An unsettled one is delivered again by the broker."""
    queue = delivery.subscription.queue
    with about(queue=queue, event_id=delivery.message_id):
        try:
            envelope, event = _read(delivery)
        except Exception as error:  # noqa: BLE001 - whatever makes it unreadable, it is laid aside as it came
            # its body has been seen by nobody
            _until_settled(delivery, partial(_park, delivery, error))
            return
        with trace.following(envelope.traceparent), about(correlation_id=str(envelope.correlation_id)):
            _react(service, reaction, delivery, envelope, event)


def carry_out_batch(service: Service, reaction: Reactions, deliveries: Sequence[Delivery]) -> None:
    """Settle several deliveries of one queue, in one transaction where that goes well.

    When it does not, each is carried out by itself under the rules for one, so that a poisonous event harms no other.
    """
    readable = []
    all_settled = True
    for delivery in deliveries:
        try:
            readable.append((delivery, *_read(delivery)))
        except Exception as error:  # noqa: BLE001 - whatever makes it unreadable, it is laid aside as it came
            with about(queue=delivery.subscription.queue, event_id=delivery.message_id):
                all_settled &= _until_settled(delivery, partial(_park, delivery, error))
    if not readable:
        return
    try:
        _all_at_once(service, reaction, readable)
    except Exception as error:  # noqa: BLE001 - judged again, for each event by itself
        _log.info("one by one", queue=readable[0][0].subscription.queue, events=len(readable), error=error)
        for delivery, _, _ in readable:
            carry_out(service, _by_itself(reaction), delivery)
    else:
        if all_settled:
            readable[-1][0].acknowledge_all()
            return
        # one that could be neither read nor laid aside is not to be acknowledged with the others
        for delivery, _, _ in readable:
            delivery.acknowledge()


def _all_at_once(service: Service, reaction: Reactions, readable: Sequence[Readable]) -> None:
    subscription = readable[0][0].subscription
    began = time.monotonic()
    heard = {
        envelope.id: (envelope, event) for _, envelope, event in readable if subscription.listens_to(envelope.type)
    }
    if not heard:
        return  # old bindings: the reaction no longer exists for these types
    with service.unit_of_work(None) as uow:
        remembered = [event_id for event_id, (_, event) in heard.items() if event.remembered]
        new = first_times(uow.connection, subscription.queue, remembered) | (heard.keys() - set(remembered))
        metrics.repeated.labels(subscription.queue).inc(len(heard) - len(new))
        if not new:
            return
        reaction(service, [pair for event_id, pair in heard.items() if event_id in new], uow)
        uow.commit()
    metrics.consumed.labels(subscription.queue).inc(len(new))
    metrics.reaction_seconds.labels(subscription.queue).observe(time.monotonic() - began)


def _by_itself(reaction: Reactions) -> Reaction:
    def one(service: Any, event: Contract, uow: Any) -> None:
        reaction(service, [(uow.cause, event)], uow)

    return one


def _read(delivery: Delivery) -> tuple[Envelope, Contract]:
    short = len(delivery.body) <= REMEMBERED_TO
    envelope = _envelope(delivery.body) if short else Envelope.from_bytes(delivery.body)
    foreign = delivery.exchange.startswith("lotsa.") and delivery.exchange not in (
        names.exchange(envelope.publisher),
        names.again_exchange(delivery.subscription.service),
    )
    if foreign:
        # only the exchange's owner can write to it, so this claims to come from somebody else
        raise UndecodableEnvelope("published by another than its source says")
    return envelope, _event(delivery.body) if short else envelope.contract()


# what comes to several services of one process is read once, but what is longer than nearly all that comes; nobody
# changes anything in it
@lru_cache(maxsize=1024)
def _envelope(body: bytes) -> Envelope:
    return Envelope.from_bytes(body)


@lru_cache(maxsize=1024)
def _event(body: bytes) -> Contract:
    return _envelope(body).contract()


def _react(service: Service, reaction: Reaction, delivery: Delivery, envelope: Envelope, event: Contract) -> None:
    met = waits = early = 0
    while delivery.live:
        try:
            _once(service, reaction, delivery, envelope, event)
        except TooEarly:
            # what is in another worker's hands is soon done; what was put aside is not, and the next one says it again
            if early == EARLY_WAITS:
                metrics.too_early.labels(delivery.subscription.queue).inc()
                delivery.acknowledge()
                return
            early += 1
            delivery.wait(EARLY_WAIT)
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
        if event.rests_on and not carried_out(uow.connection, queue, event.rests_on):
            raise TooEarly
        if event.remembered and not first_time(uow.connection, queue, envelope.id):
            metrics.repeated.labels(queue).inc()
            return
        reaction(service, event, uow)
        uow.commit()
    metrics.consumed.labels(queue).inc()
    metrics.reaction_seconds.labels(queue).observe(time.monotonic() - began)


def _until_settled(delivery: Delivery, settle: Callable[[], None]) -> bool:
    """The copy must be confirmed before the original is acknowledged: a crash between repeats it, never loses it.

    Whether it came to that before the delivery was no longer ours.
    """
    while delivery.live:
        try:
            settle()
        except BrokerTrouble:
            delivery.wait(WAITS[-1])
        else:
            delivery.acknowledge()
            return True
    return False


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
