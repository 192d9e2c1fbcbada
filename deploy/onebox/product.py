"""The product's processes on one box: one web, one bus, one relay, each for all four services."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.onebox import ports
from shared.observability.health import is_ready
from shared.settings import SERVICES

BUS_CLASSES = [f"services.{service}.service:{service.capitalize()}" for service in SERVICES]

# What only the migration step and the operator's commands may use; no process is given it. The broker's administrator
# is not among them: audit's reconciliation looks into parked queues
NOT_FOR_PROCESSES = (
    "LOTSA_BROKER_API_URL",
    *(f"LOTSA_{service.upper()}_OWNER_DATABASE_URL" for service in SERVICES),
)


def commands(port: int, python: str = sys.executable) -> dict[str, list[str]]:
    """The command line of each process, by its name."""
    return {
        "bus": [python, "-m", "shared.messaging.run_bus", *BUS_CLASSES],
        "relay": [python, "-m", "deploy.relays", *SERVICES],
        "web": [python, "-m", "deploy.serve", "all", "--bind", f"{ports.LOOPBACK}:{port}"],
    }


def ready_file(var: Path, name: str) -> Path:
    """The file that a process without a port keeps fresh while it is ready."""
    return var / "run" / f"{name}.ready"


def quiet_process_is_ready(var: Path, name: str, pid: int | None) -> bool:
    """Whether the bus or the relay with this process id says that it is ready."""
    return pid is not None and is_ready(ready_file(var, name), pid=pid)
