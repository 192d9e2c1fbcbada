"""A bus process whose database waits block everything refuses to run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.integration.messaging.conftest import ROOT, House

TRY = """
import sys
import shared.messaging.receive.run_bus
import shared.messaging.receive.database_waits as database_waits
import psycopg.waiting
psycopg.waiting.wait = {
    "psycopg's green one": psycopg.waiting.wait,
    "the hub's": database_waits.wait_by_the_hub,
    "blocking": psycopg.waiting.wait_c,
}[sys.argv[2]]
try:
    database_waits.check_that_queries_overlap(sys.argv[1])
except database_waits.QueriesDoNotOverlap:
    sys.exit(42)
"""


@pytest.mark.parametrize(("waiting", "status"), [("psycopg's green one", 0), ("the hub's", 0), ("blocking", 42)])
def test_ten_sleeps_must_overlap(house: House, waiting: str, status: int) -> None:
    """With psycopg's own way of waiting they take their sum, and the process ends."""
    url = house.installation.settings().service("audit").database_url
    command = [sys.executable, "-W", "ignore", "-c", TRY, url, waiting]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False)
    assert done.returncode == status


PIPELINE = """
import sys
import shared.messaging.receive.run_bus
import shared.messaging.receive.database_waits as database_waits
import psycopg
import psycopg.waiting
psycopg.waiting.wait = database_waits.wait_by_the_hub
with psycopg.connect(sys.argv[1].replace("+psycopg", "")) as connection:
    rows = [("x" * 2000,)] * 5000
    cursor = connection.cursor()
    cursor.executemany("SELECT %s::text", rows, returning=True)
    assert sum(1 for _ in cursor.results()) == len(rows)
"""


def test_a_long_pipeline_does_not_stop_both_ends(house: House) -> None:
    """Ten megabytes out while ten megabytes come back: neither end waits for the other for ever."""
    url = house.installation.settings().service("audit").database_url
    command = [sys.executable, "-W", "ignore", "-c", PIPELINE, url]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False)
    assert done.returncode == 0
