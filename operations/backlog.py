"""Whether everything that was written has arrived: nothing waits in an outbox or a queue."""

from __future__ import annotations

import time

from operations.install.migrate import subscriptions
from shared.messaging.connection import connect, drop
from shared.settings import SERVICES, Settings
from shared.storage.engine import make_engine

QUIET_SECONDS = 1.5


class Arrived:
    """True once nothing has waited for a while; a message in a reaction's hands is in no count, so one look is not
    enough."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nothing_since: float | None = None

    def __call__(self) -> bool:
        """Look once."""
        if waiting(self._settings):
            self._nothing_since = None
            return False
        if self._nothing_since is None:
            self._nothing_since = time.monotonic()
        return time.monotonic() - self._nothing_since >= QUIET_SECONDS


def waiting(settings: Settings) -> int:
    """How many events are on their way: not yet sent by their relay, or in a queue. Parked ones are not."""
    return _unsent(settings) + _queued(settings)


def held_services(settings: Settings) -> list[str]:
    """The services from which nothing goes out, since their databases were put back and nobody has said more."""
    found = []
    for service in SERVICES:
        engine = make_engine(settings.service(service).database_url, pool_size=1)
        try:
            with engine.connect() as connection:
                if connection.exec_driver_sql("SELECT held_at IS NOT NULL FROM publisher").scalar_one():
                    found.append(service)
        finally:
            engine.dispose()
    return found


def _unsent(settings: Settings) -> int:
    found = 0
    for service in SERVICES:
        engine = make_engine(settings.service(service).database_url, pool_size=1)
        try:
            with engine.connect() as connection:
                found += connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE sent_at IS NULL").scalar_one()
        finally:
            engine.dispose()
    return found


def _queued(settings: Settings) -> int:
    connection = connect(settings.admin_broker_url, "is everything there")
    try:
        channel = connection.channel()
        return sum(channel.queue_declare(each.queue, passive=True).message_count for each in subscriptions())
    finally:
        drop(connection)
