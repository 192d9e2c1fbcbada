"""Waiting until everything that can arrive has arrived."""

from __future__ import annotations

import time

from sqlalchemy import text

from operations import backlog as drained
from operations.trouble import NotInTime
from shared.messaging import names
from shared.messaging.connection import connect, drop
from shared.settings import SERVICES
from tests.chaos.world import World
from tests.support.eventually import eventually

# a slow machine may take its time, as long as something arrives
STALLED_AFTER = 120.0
NEVER = 1500.0
QUIET_LOOKS = 3


def wait_until_drained(world: World) -> None:
    """Nothing unsent, queued, put aside, pending or due, three times in a row. Raises NotInTime when it stalls."""
    quiet, least, since = 0, float("inf"), time.monotonic()

    def look() -> bool:
        nonlocal quiet, least, since
        left = sum(remaining(world).values())
        quiet = 0 if left else quiet + 1
        if left < least:
            least, since = left, time.monotonic()
        if time.monotonic() - since > STALLED_AFTER:
            raise NotInTime(f"Nothing has arrived for {STALLED_AFTER:.0f} s: {remaining(world)}")
        return quiet >= QUIET_LOOKS

    eventually(look, saying="everything has arrived", within=NEVER, every=0.5)


def remaining(world: World) -> dict[str, int]:
    """What is still under way, by where it is; empty when nothing is."""
    found = {
        "unsent or queued": drained.waiting(world.settings),
        "put aside": _put_aside(world),
        "pending for the log": _count(world, "audit", "SELECT count(*) FROM pending_entries"),
        "notices": _count(world, "notifications", "SELECT count(*) FROM notices WHERE settled_at IS NULL"),
    }
    return {name: count for name, count in found.items() if count}


def _put_aside(world: World) -> int:
    connection = connect(world.settings.admin_broker_url, "chaos")
    try:
        channel = connection.channel()
        queues = [names.retry_queue(service, seconds) for service in SERVICES for seconds in names.RETRY_SECONDS]
        return sum(channel.queue_declare(queue, passive=True).message_count for queue in queues)
    finally:
        drop(connection)


def _count(world: World, service: str, statement: str) -> int:
    with world.engine(service).connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())
