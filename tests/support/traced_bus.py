"""A service's bus in a thread of the test's own: the product's doors and connection, and a stand-in for nameko alone.

One thread consumes and carries out each delivery before it takes the next, so one message's way is a line. In a bus
process nameko has a green thread for each; what they enter is the same.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.messaging.receive.subscribe import BROKER_URL, Bus, Subscribed
from tests.support.eventually import eventually
from tests.support.tracing import Messages, Way

ARRIVES = ("shared/messaging/receive/consumer.py", "Consuming._arrive")


class TracedBus:
    """What nameko's container is asked for by our entrypoints. ``heard``: each message's type, with its way."""

    def __init__(self, service: Any, broker_url: str) -> None:
        self.service_name: str = service.name
        self.service_cls = type(service)
        self.config = {BROKER_URL: broker_url}
        self.shared_extensions: dict[type, Any] = {}
        self._service = service
        self._messages = Messages(ARRIVES)
        self._types: list[str] = []
        self._consumer: threading.Thread | None = None

    def spawn_managed_thread(self, run: Callable[[], None]) -> None:
        """The first is the consumer, which gets a thread; what it hands on is carried out where it stands."""
        if self._consumer is not None:
            run()
            return

        def followed() -> None:
            sys.setprofile(self._messages)
            run()

        self._consumer = threading.Thread(target=followed, name=f"{self.service_name}-bus", daemon=True)
        self._consumer.start()

    def spawn_worker(
        self, entrypoint: Subscribed, args: tuple[Any, ...], _kwargs: object, handle_result: Callable[..., Any]
    ) -> None:
        """Carry it out."""
        (taken,) = args
        bodies = [each.body for each in taken] if isinstance(taken, tuple) else [taken.body]
        assert len(bodies) == 1, "several messages would have one way"
        result = getattr(self._service, entrypoint.method_name)(taken)
        handle_result(None, result, None)
        # noted when it is settled, but for the way back out of the connection's callback
        self._types.append(Envelope.from_bytes(bodies[0]).type)

    def way_of(self, contract: type[Contract], number: int) -> Way:
        """The way of the message of this type that was heard as the so manieth, from 1; waits for it."""

        def found() -> Way | None:
            types, ways = list(self._types), self._messages.ways
            heard = [ways[at] for at, each in enumerate(types) if each == contract.event_type]
            return heard[number - 1] if len(heard) >= number else None

        way = eventually(found, saying=f"{self.service_name} heard {contract.event_type} {number} times", within=60)
        assert way is not None
        return way

    def join(self) -> None:
        """Wait until the consumer has left."""
        assert self._consumer is not None
        self._consumer.join(30)
        assert not self._consumer.is_alive(), "the consumer did not leave"


@contextmanager
def listening(service: Any, broker_url: str, contract: type[Contract]) -> Iterator[TracedBus]:
    """A service that consumes the queues of all its reactions to a contract until the block ends."""
    container = TracedBus(service, broker_url)
    prototypes = [
        (method, each)
        for method in dir(type(service))
        for each in getattr(getattr(type(service), method), "nameko_entrypoints", ())
        if isinstance(each, Subscribed) and contract in each.contracts
    ]
    doors = [each.bind(container, method) for method, each in prototypes]
    for door in doors:
        door.setup()
    bus: Bus = container.shared_extensions[Bus]
    bus.start()
    try:
        yield container
    finally:
        bus.stop()
        container.join()
