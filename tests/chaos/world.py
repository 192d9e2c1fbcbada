"""A database cluster, a broker and processes of chaos's own: it kills them all."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, make_url

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.places import data_folder
from demo.one_machine.product import quiet_process_is_ready
from operations.backlog import Arrived
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from services.directory import bootstrap as directory
from shared.settings import SERVICES, Settings
from tests.chaos.processes import Processes
from tests.support.city_filled import seed_units
from tests.support.eventually import eventually
from tests.support.tokens import token_of


@dataclass
class Outage:
    """A time during which something was away: Unix seconds."""

    kind: str
    began: float
    ended: float = 0.0


@dataclass
class World:
    """The servers and the product, and every harm that can be done to them.

    ``keep``: leave the folder behind, to be studied.
    """

    folder: Path
    say: Callable[[str], None]
    outages: list[Outage] = field(default_factory=list)
    keep: bool = False

    def __post_init__(self) -> None:
        if not (self.folder / "debian").exists():
            # programs that were fetched for `make run` serve here too
            (self.folder / "debian").symlink_to(data_folder() / "debian")
        self.box = Box(self.folder)
        self.port = ports.free_ports(1)[0]
        self.processes: Processes | None = None

    def start_servers(self) -> None:
        """Start PostgreSQL and RabbitMQ, with databases, users, tables and queues."""
        self.box.make_folders(self.port)
        self.database, self.broker = self.box.database(), self.box.broker()
        self.database.start()
        self.broker.start()
        self.installation.create()
        migrate_databases(self.settings)
        declare_topology(self.settings)

    def start_product(self) -> None:
        """Start web, bus and relay, and wait until the cast is known everywhere."""
        python = sys.executable
        self.run(
            {
                "web": [python, "-m", "lotsa.web", "referral", "--bind", f"{ports.LOOPBACK}:{self.port}"],
                "bus": [python, "-m", "lotsa.bus", *SERVICES],
                "relay": [python, "-m", "lotsa.relay", *SERVICES],
            }
        )
        parts = directory.for_web(self.settings)
        seed_units(parts)
        parts.engine.dispose()
        for name in ("bus", "relay"):
            eventually(lambda name=name: self.ready(name), saying=f"{name} to be ready", within=300)
        eventually(lambda: ports.answers(self.port), saying="the web to answer", within=300)
        eventually(Arrived(self.settings), saying="the seed to arrive", within=300, every=0.5)

    def run(self, commands: dict[str, list[str]]) -> None:
        """Start processes, watched over."""
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        self.processes = Processes(commands, self.installation.environment(), logs)
        self.processes.start()

    def stop_processes(self) -> None:
        """Stop the processes, not the servers."""
        if self.processes is not None:
            self.processes.stop()
            self.processes = None

    def stop(self) -> None:
        """Stop everything."""
        self.stop_processes()
        self.box.stop()

    @property
    def installation(self) -> Installation:
        """Databases, users and keys."""
        return self.box.installation()

    @property
    def settings(self) -> Settings:
        """The processes' settings."""
        return self.installation.settings()

    def engine(self, service: str) -> Engine:
        """A service's database, seen with all rights."""
        url = make_url(self.box.database().url).set(database=f"{self.installation.prefix}_{service}")
        return create_engine(url, poolclass=NullPool)

    def token(self) -> str:
        """Alva's bearer token."""
        return token_of(self.settings, "alva")

    def ready(self, name: str) -> bool:
        """Whether bus or relay says that it is."""
        return self.processes is not None and quiet_process_is_ready(self.box.folder, name, self.processes.pid(name))

    def up(self, name: str) -> bool:
        """Whether web, bus or relay is at work."""
        return ports.answers(self.port) if name == "web" else self.ready(name)

    # harm

    def kill(self, name: str) -> None:
        """kill -9 of web, bus or relay, once it has come back from the last time: a starting one does no work."""
        eventually(lambda: self.up(name), saying=f"{name} to be up before it is killed", within=300, every=0.05)
        assert self.processes is not None
        self.processes.kill(name)

    def kill_broker(self, down_for: float) -> None:
        """kill -9 of the broker; it comes back after a while, and is given four seconds of peace."""
        assert self.processes is not None
        for name in self.processes.names:
            # what is measured is how soon they find the broker again, not how soon they start
            eventually(lambda name=name: self.up(name), saying=f"{name} to be up", within=300, every=0.05)
        # starting writes the file that the port is read from
        port = self.broker.port
        outage = Outage("broker killed", time.time())
        self.broker.kill()
        time.sleep(down_for)
        starting = threading.Thread(target=self.broker.start)
        starting.start()
        eventually(lambda: ports.answers(port), saying="the broker's port", within=300, every=0.02)
        outage.ended = time.time()
        self.outages.append(outage)
        starting.join()
        time.sleep(max(0.0, outage.ended + 4 - time.time()))

    def freeze_broker(self, seconds: float) -> None:
        """SIGSTOP: the broker keeps every connection and answers nobody."""
        outage = Outage("broker frozen", time.time())
        self.broker.pause()
        time.sleep(seconds)
        outage.ended = time.time()
        self.broker.resume()
        self.outages.append(outage)

    def restart_database(self) -> None:
        """PostgreSQL breaks off every session and recovers from its log."""
        outage = Outage("database restarted", time.time())
        self.database.restart_immediately()
        outage.ended = time.time()
        self.outages.append(outage)
