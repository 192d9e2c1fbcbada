"""How a bus process waits for its database: by eventlet's hub, and only where waits are seen to overlap.

Only ``run_bus.py`` imports this, once it has patched the process: psycopg is told how to wait when it is imported.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import eventlet
import psycopg.waiting
from eventlet.green.select import select
from eventlet.hubs import trampoline
from psycopg.abc import PQGen
from sqlalchemy import Connection, text

from shared.storage.engine import make_engine

SLEEPS = 10
SLEEP_SECONDS = (0.1, 0.3, 1.0)


def wait_by_the_hub(gen: PQGen[Any], fileno: int, interval: float = 0.0, timeout: float | None = None) -> Any:
    """psycopg's way of waiting for a query, straight by the hub: half the processor time of ``wait_selector``.

    ``gen`` yields what it waits for and is sent what came; the hub itself looks after interruptions (``interval``).
    """
    if timeout is not None:
        return psycopg.waiting.wait_selector(gen, fileno, interval, timeout)
    try:
        wanted = next(gen)
        while True:
            if wanted == psycopg.waiting.WAIT_R:
                trampoline(fileno, read=True)
                wanted = gen.send(psycopg.waiting.READY_R)
            else:
                # a query that does not go out at once: what comes in must be read meanwhile, or both ends may wait
                came, room, _ = select([fileno], [fileno], [])
                wanted = gen.send(psycopg.waiting.Ready((1 if came else 0) | (2 if room else 0)))
    except StopIteration as done:
        return done.value


class QueriesDoNotOverlap(RuntimeError):
    """Database waits block the whole process, so it must not run."""


def check_that_queries_overlap(database_url: str) -> None:
    """Ten sleeps in the database at once must not take their sum. Raises QueriesDoNotOverlap.

    On a machine that is busy with something else short sleeps may seem to take their sum; longer ones then do not.
    """
    engine = make_engine(database_url, pool_size=SLEEPS, application_name="lotsa bus self-test")
    try:
        with ExitStack() as open_ones:
            connections = [open_ones.enter_context(engine.connect()) for _ in range(SLEEPS)]
            if not any(_overlap(connections, seconds) for seconds in SLEEP_SECONDS):
                raise QueriesDoNotOverlap("ten sleeps in the database did not overlap: is PSYCOPG_WAIT_FUNC set?")
    finally:
        engine.dispose()


def _overlap(connections: Sequence[Connection], seconds: float) -> bool:
    pool = eventlet.GreenPool(len(connections))
    began = time.monotonic()
    for connection in connections:
        pool.spawn(connection.execute, text(f"SELECT pg_sleep({seconds})"))
    pool.waitall()
    return time.monotonic() - began < seconds * len(connections) / 2
