"""The whole product as separate processes on the session's own servers: web, bus and relay, as `make run` has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from demo.one_machine import ports
from demo.one_machine.product import commands, given_to, quiet_process_is_ready
from demo.one_machine.start import web_is_ready
from operations.backlog import Arrived
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from shared.settings import Settings
from tests.chaos.processes import Processes
from tests.support.cast import DEMO_ISSUER
from tests.support.city_filled import seed_directory
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.tokens import token_of


@dataclass
class Running:
    """One product that runs. Ask it as a system (``ask``), or point a browser at ``url``."""

    installation: Installation
    processes: Processes
    port: int

    @property
    def url(self) -> str:
        """Where its pages and API are."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    @property
    def settings(self) -> Settings:
        """Its processes' settings."""
        return self.installation.settings()

    @property
    def folder(self) -> Path:
        """Where its keys and logs are."""
        return self.installation.folder

    def ask(self, who: str, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        """One request to the API as one of the cast; an answer of any kind."""
        token = token_of(self.settings, who)
        return requests.request(
            method,
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"}
            | {name.replace("_", "-"): text for name, text in headers.items()},
            timeout=20,
        )

    def everything_has_arrived(self) -> None:
        """Wait until nothing is on its way any more."""
        eventually(Arrived(self.settings), saying="every event to arrive", within=90)


@contextmanager
def running_product(infrastructure: Infrastructure, **more: str) -> Iterator[Running]:
    """Start it with the directory's seed and stop it again; nothing of it is left. ``more``: further settings."""
    port = ports.free_ports(1)[0]
    with new_installation(infrastructure, mode="demo", extra={**reached_at(port), **more}) as installation:
        settings = installation.settings()
        migrate_databases(settings)
        declare_topology(settings)
        with started(installation, port) as running:
            seed_directory(settings)
            running.everything_has_arrived()
            yield running


def reached_at(port: int) -> dict[str, str]:
    """The settings of a product that is reached at a port of this machine."""
    return {"LOTSA_TOKEN_ISSUER": DEMO_ISSUER, "LOTSA_PUBLIC_URL": f"http://{ports.LOOPBACK}:{port}"}


@contextmanager
def started(installation: Installation, port: int) -> Iterator[Running]:
    """The processes of an installation whose databases and queues are there, until they are stopped again."""
    logs = installation.folder / "logs"
    logs.mkdir()
    processes = Processes(commands(port), installation.environment(), logs, given_to)
    try:
        processes.start()
        for name in ("bus", "relay"):
            eventually(
                lambda name=name: quiet_process_is_ready(installation.folder, name, processes.pid(name)),
                saying=f"{name} to be ready",
                within=180,
            )
        eventually(lambda: web_is_ready(port), saying="the pages to be ready", within=180)
        yield Running(installation, processes, port)
    except AssertionError as late:
        # logs hold identifiers only, so they may be shown
        tails = [f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(logs.glob("*.log"))]
        raise AssertionError("\n".join([str(late), *tails])) from late
    finally:
        processes.stop()
