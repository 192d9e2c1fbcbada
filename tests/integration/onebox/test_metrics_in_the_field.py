"""Audit's bus, its relay and its pages, started as in a container, serve what the alert rules ask for."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.one_machine import ports
from services.audit.domain.alarms import KINDS
from tests.integration.onebox.test_the_log_in_the_field import running
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

pytestmark = pytest.mark.timeout(180)
COMMANDS = {
    "bus": ["lotsa.bus", "audit"],
    "relay": ["lotsa.relay", "audit"],
    "web": ["lotsa.web", "audit", "--bind"],
}
SERVED = {
    "bus": [
        *(f'lotsa_alarms_open{{kind="{kind}"}}' for kind in KINDS),
        *("lotsa_log_waiting", "lotsa_log_waiting_seconds", "lotsa_log_holds", "lotsa_log_entries"),
        *("lotsa_log_looked_at_timestamp_seconds", "lotsa_log_verified_timestamp_seconds"),
        *('lotsa_parked_waiting{queue="audit.remember"}', 'lotsa_bus_connected{service="audit"}'),
    ],
    # of two relays one is active: this one waits its turn, and would publish if the other ended
    "relay": [
        "python_info",
        *(f'lotsa_{name}{{publisher="audit"}}' for name in ("relay_active", "broker_confirmed_timestamp_seconds")),
    ],
    "web": ["lotsa_web_requests_total"],
}


@pytest.fixture(scope="module")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """Its processes, with the directory's seed."""
    with running_product(infrastructure) as made:
        yield made


def served(port: int) -> str:
    """What the process tells who asks; empty while nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            return str(page.read().decode())
    except OSError:
        return ""


@pytest.mark.parametrize("process", COMMANDS)
def test_a_process_serves_its_metrics_on_a_port_of_its_own(product: Running, tmp_path: Path, process: str) -> None:
    """Beside the running product, of which it becomes one more process."""
    port, pages = ports.free_ports(2)
    words = COMMANDS[process]
    words = [*words, f"127.0.0.1:{pages}"] if process == "web" else [*words, "--ready-file", str(tmp_path / "ready")]
    environment = {**product.installation.environment(), "PATH": str(Path(sys.executable).parent)}
    with running([*words, "--metrics-port", str(port)], environment, tmp_path / "log"):
        if process == "web":
            eventually(lambda: _answers(pages), saying="the pages answer", within=60)

        def missing() -> list[str]:
            names = {line.rpartition(" ")[0] for line in served(port).splitlines() if not line.startswith("#")}
            bare = {re.sub(r"\{.*", "", name) for name in names}
            return [each for each in SERVED[process] if each not in names | bare]

        eventually(lambda: not missing(), saying="everything that is asked for is served", within=90, every=1)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/audit/health/live", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False
