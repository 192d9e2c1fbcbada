"""A bus process whose database waits block everything refuses to run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.integration.messaging.conftest import ROOT, House

TRY = """
import sys
import shared.messaging.run_bus as run_bus
import psycopg.waiting
if sys.argv[2] == "blocking":
    psycopg.waiting.wait = psycopg.waiting.wait_c
try:
    run_bus.check_that_queries_overlap(sys.argv[1])
except run_bus.QueriesDoNotOverlap:
    sys.exit(42)
"""


@pytest.mark.parametrize(("waiting", "status"), [("as run_bus sets it", 0), ("blocking", 42)])
def test_ten_sleeps_must_overlap(house: House, waiting: str, status: int) -> None:
    """With psycopg's own way of waiting they take their sum, and the process ends."""
    url = house.installation.settings().service("audit").database_url
    command = [sys.executable, "-W", "ignore", "-c", TRY, url, waiting]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False)
    assert done.returncode == status
