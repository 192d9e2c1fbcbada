"""Where nothing happens, next to nothing is done: counted in transactions, since a busy machine disturbs every time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from shared.settings import SERVICES
from shared.storage.engine import make_engine
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

IDLE_S = 20.0
AT_MOST_A_MINUTE = 2_400
"""Forty a second over all four databases."""


@pytest.fixture(scope="module")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """The whole product, with nothing to do."""
    with running_product(infrastructure) as running:
        yield running


def transactions(infrastructure: Infrastructure, product: Running) -> int:
    """How many each of its databases has ended, as PostgreSQL counts them."""
    engine = make_engine(infrastructure.postgres_url, pool_size=1)
    names = [f"{product.installation.prefix}_{service}" for service in SERVICES]
    counted = text("SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = any(:names)")
    try:
        with engine.connect() as connection:
            return int(connection.execute(counted, {"names": names}).scalar_one())
    finally:
        engine.dispose()


def test_an_idle_minute_makes_few_transactions(infrastructure: Infrastructure, product: Running) -> None:
    """Of bus, relay and web together; each is a question of ours that took processor time on both sides."""
    # what the start and the seed have left to do is done, and whoever waits has gone to sleep
    time.sleep(5)
    before, began = transactions(infrastructure, product), time.monotonic()
    time.sleep(IDLE_S)
    made, took = transactions(infrastructure, product) - before, time.monotonic() - began
    assert made > 0, "nobody looked at anything: what is counted is not what runs"
    assert made * 60 / took <= AT_MOST_A_MINUTE
