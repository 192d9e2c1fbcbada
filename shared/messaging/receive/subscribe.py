"""``@subscribe``: a service's door to what others tell, as a nameko entrypoint.

A decorated method stays an ordinary method: called with (event, uow) it just runs, as tests do. Only the bus calls it
with a Delivery; then it runs under this room's rules (see ``handler.py``). The other door is ``timers.py``.
"""

from __future__ import annotations

import inspect
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, TypeAlias, TypeVar

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.messaging.receive.consumer import Consuming
from shared.messaging.receive.delivery import Delivery
from shared.messaging.receive.handler import carry_out, carry_out_batch
from shared.messaging.receive.park import Settling
from shared.messaging.subscription import Subscription

with warnings.catch_warnings():
    # eventlet says of itself that it is in bug-fix mode: known, and why it is confined to the bus processes
    warnings.simplefilter("ignore")
    from nameko.exceptions import ContainerBeingKilled
    from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint, SharedExtension, register_entrypoint

BROKER_URL = "BROKER_URL"
LINGER_S = 0.008

Event = TypeVar("Event", bound=Contract)
Method: TypeAlias = Callable[..., Any]
Heard: TypeAlias = Sequence[tuple[Envelope, Event]]


def subscribe(*contracts: type[Contract], batch: int = 1) -> Callable[[Method], Method]:
    """Have a method called with each of these events, in a unit of work that also notes the event as carried out.

    The method takes (self, event, uow) and does not commit. Its queue is ``<service>.<method name>``.

    With ``batch`` above 1 it is called with as many as have come in the meantime, at most so many, and takes
    (self, [(envelope, event), …], uow); ``uow.each`` follows one envelope after the other. Raises TypeError for what
    vouches for others.
    """
    if batch > 1 and any(contract.vouches_for for contract in contracts):
        # it is held against what the queue has carried out before it, which those beside it are not yet
        raise TypeError("what vouches for others is carried out by itself")

    def decorate(reaction: Method) -> Method:
        @wraps(reaction)
        def door(self: Any, first: Any, *rest: Any) -> Any:
            if isinstance(first, Delivery):
                return carry_out(self, reaction, first)
            if isinstance(first, Gathered):
                return carry_out_batch(self, reaction, first)
            return reaction(self, first, *rest)

        register_entrypoint(door, Subscribed(contracts, batch))
        return door

    return decorate


class Gathered(tuple[Delivery, ...]):
    """Deliveries to be carried out together."""

    __slots__ = ()


def subscriptions_of(service_class: type[Any]) -> list[Subscription]:
    """Every subscription of a service class, by queue. Needs no broker and no patching."""
    found = []
    for method_name, method in inspect.getmembers(service_class, inspect.isfunction):
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, Subscribed):
                service, many = service_class.name, entrypoint.batch
                found.append(Subscription.to(service, method_name, entrypoint.contracts, batch=many))
    return found


class Bus(SharedExtension):  # type: ignore[misc]  # nameko is not typed
    """One service's connection to the broker, shared by all its subscriptions."""

    def __init__(self) -> None:
        self._doors: dict[str, Subscribed] = {}
        self._consuming: Consuming | None = None
        self._settling: Settling | None = None

    def register(self, door: Subscribed) -> None:
        """Add a subscription, before the container starts."""
        self._doors[door.subscription.queue] = door

    def start(self) -> None:
        """Begin to consume; the connection is made, and made again, in the background."""
        url = self.container.config[BROKER_URL]
        service = self.container.service_name
        self._settling = Settling(url, service)
        self._consuming = Consuming(
            url, service, [door.subscription for door in self._doors.values()], self._settling, self._take
        )
        self.container.spawn_managed_thread(self._consuming.run)

    def _take(self, delivery: Delivery) -> None:
        self._doors[delivery.subscription.queue].take(delivery)

    @property
    def connected(self) -> bool:
        """Whether every subscription is being consumed at this moment."""
        return self._consuming is not None and self._consuming.connected

    def begin_anew(self) -> None:
        """Drop the connection and make another: the broker delivers again whatever was not settled."""
        if self._consuming is not None:
            self._consuming.begin_anew()

    def no_more(self) -> None:
        """Take no new deliveries; those in hand may finish and be acknowledged."""
        if self._consuming is not None:
            self._consuming.no_more()

    def stop(self) -> None:
        """Leave the broker: whatever is not acknowledged goes to another."""
        if self._consuming is not None:
            self._consuming.stop()
        if self._settling is not None:
            self._settling.close()

    kill = stop


class Subscribed(Entrypoint):  # type: ignore[misc]  # nameko is not typed
    """The entrypoint behind ``@subscribe``."""

    bus = Bus()

    def __init__(self, contracts: tuple[type[Contract], ...] = (), batch: int = 1) -> None:
        self.contracts = contracts
        self.batch = batch
        self._waiting: deque[Delivery] = deque()
        self._gathering = False
        super().__init__()

    def setup(self) -> None:
        """Join the service's bus."""
        self.subscription = Subscription.to(
            self.container.service_name, self.method_name, self.contracts, batch=self.batch
        )
        self.bus.register(self)

    def take(self, delivery: Delivery) -> None:
        """Have a delivery carried out when a worker is free. The connection's thread, which calls this, never waits."""
        if self.batch == 1:
            self.container.spawn_managed_thread(partial(self._work, delivery))
            return
        self._waiting.append(delivery)
        if not self._gathering:
            self._gathering = True
            self.container.spawn_managed_thread(self._gather)

    def _work(self, delivery: Delivery) -> None:
        try:
            if delivery.live:
                self.container.spawn_worker(self, (delivery,), {}, handle_result=self._look_back)
        except ContainerBeingKilled:
            pass  # never acknowledged, so another process gets it

    def _gather(self) -> None:
        """While one worker carries out what has come, the next ones gather."""
        try:
            while self._waiting:
                if len(self._waiting) < self.batch:
                    # a transaction costs the same for one as for many, and what comes seldom comes alone
                    time.sleep(LINGER_S)
                taken = [self._waiting.popleft() for _ in range(min(self.batch, len(self._waiting)))]
                live = Gathered(each for each in taken if each.live)
                if live:
                    self._carry_out(live)
        except ContainerBeingKilled:
            pass  # as above
        finally:
            self._gathering = False

    def _carry_out(self, gathered: Gathered) -> None:
        done = threading.Event()

        def settled(worker: Any, result: Any, error: Any) -> tuple[Any, Any]:
            done.set()
            return self._look_back(worker, result, error)

        self.container.spawn_worker(self, (gathered,), {}, handle_result=settled)
        done.wait()

    def _look_back(self, _worker: Any, result: Any, error: Any) -> tuple[Any, Any]:
        """A worker that raises has left something unsettled, which no later acknowledgement may cover."""
        if error is not None:
            self.bus.begin_anew()
        return result, error

    def stop(self) -> None:
        """Take no new deliveries."""
        self.bus.no_more()
