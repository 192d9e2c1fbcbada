"""The product as `make run` starts it, on servers and in a folder of the bench's own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.places import data_folder
from demo.one_machine.product import quiet_process_is_ready
from demo.one_machine.programs import postgres_programs
from demo.one_machine.start import web_is_ready
from operations.backlog import Arrived
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from shared.settings import Settings
from tests.support.city_filled import seed_directory
from tests.support.eventually import eventually
from tests.support.tokens import token_of

PROCESSES = ("bus", "relay", "web")
MEBIBYTE = 1024


class Product:
    """Starts, measures and stops one box. ``say`` is told what is going on."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        # programs that were fetched for `make run` serve here too
        (folder / "debian").symlink_to(data_folder() / "debian")
        self.box = Box(folder)
        self._say = say
        self.port = ports.free_ports(1)[0]

    def start(self) -> float:
        """Start everything with the directory's seed; returns the seconds from processes started to all ready."""
        self._say("starting PostgreSQL, RabbitMQ and the processes")
        self.box.make_folders(self.port)
        self.box.database().start()
        self.box.broker().start()
        installation = self.installation
        installation.create()
        migrate_databases(self.settings)
        declare_topology(self.settings)
        began = time.monotonic()
        self.box.start_processes(list(PROCESSES))
        for name in ("bus", "relay"):
            eventually(
                lambda name=name: quiet_process_is_ready(self.box.folder, name, self.box.pid(name)),
                saying=f"{name} to be ready",
                within=60,
                every=0.05,
            )
        eventually(lambda: web_is_ready(self.port), saying="the pages to be ready", within=60, every=0.05)
        ready = time.monotonic() - began
        self._say("seeding units, assignments and routing rules")
        seed_directory(self.settings)
        eventually(Arrived(self.settings), saying="the seed to arrive", within=120, every=0.5)
        return ready

    def stop(self) -> None:
        """Stop processes and servers."""
        self.box.stop()

    @property
    def installation(self) -> Installation:
        """Databases, users and keys of this box."""
        return self.box.installation()

    @property
    def settings(self) -> Settings:
        """The settings of its processes."""
        return self.installation.settings()

    @property
    def pgbench(self) -> Path:
        """PostgreSQL's own bench program, beside its server's."""
        return Path(postgres_programs(self.box.debian)["pgbench"])

    @property
    def url(self) -> str:
        """Where its pages and API are."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def token(self, role: str) -> str:
        """A bearer token for one of the cast, by role."""
        return token_of(self.settings, role)

    def pids(self) -> dict[str, int]:
        """The product's processes by name."""
        found = {name: self.box.pid(name) for name in PROCESSES}
        return {name: pid for name, pid in found.items() if pid is not None}

    def memory(self) -> dict[str, float]:
        """Proportional set size of each process in MiB (Linux, smaps_rollup): shared pages are divided among users."""
        return {name: proportional_mebibytes(pid) for name, pid in self.pids().items()}


def proportional_mebibytes(pid: int) -> float:
    """A process's proportional set size in MiB, or not a number when it may not be read."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return float("nan")
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / MEBIBYTE


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far, user and system, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
