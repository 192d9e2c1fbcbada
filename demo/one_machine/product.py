"""The product's processes on one machine: one web, one bus, one relay, each for all four services."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from demo.one_machine import ports
from operations.install.process_settings import settings_used
from shared.observability.health import is_ready
from shared.settings import SERVICES


def given_to(process: str, environment: Mapping[str, str]) -> dict[str, str]:
    """An environment as one of the box's processes is given it: no setting that it does not use."""
    used = settings_used(process, SERVICES)
    return {name: value for name, value in environment.items() if name in used or not name.startswith("LOTSA_")}


def given_to_supervisor(environment: Mapping[str, str]) -> dict[str, str]:
    """What the box's processes together use, for the supervisor to hand out."""
    used = frozenset[str]().union(*(settings_used(process, SERVICES) for process in commands(0)))
    return {name: value for name, value in environment.items() if name in used or not name.startswith("LOTSA_")}


def commands(port: int, python: str = sys.executable) -> dict[str, list[str]]:
    """The command line of each process, by its name."""
    return {
        "bus": [python, "-m", "lotsa.bus", *SERVICES],
        "relay": [python, "-m", "lotsa.relay", *SERVICES],
        "web": [python, "-m", "lotsa.web", "all", "--bind", f"{ports.LOOPBACK}:{port}"],
    }


def ready_file(var: Path, name: str) -> Path:
    """The file that a process without a port keeps fresh while it is ready."""
    return var / "run" / f"{name}.ready"


def quiet_process_is_ready(var: Path, name: str, pid: int | None) -> bool:
    """Whether the bus or the relay with this process id says that it is ready."""
    return pid is not None and is_ready(ready_file(var, name), pid=pid)
