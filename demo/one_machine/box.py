"""Everything on one machine: where it lies, how it is started in order, and how it is stopped."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.one_machine import ports, supervisor
from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from demo.one_machine.private_postgres import PrivatePostgres
from demo.one_machine.private_rabbitmq import PrivateRabbitMQ
from demo.one_machine.product import commands, given_to_supervisor
from demo.one_machine.programs import postgres_programs, rabbitmq_programs
from demo.one_machine.service_user import service_user
from demo.one_machine.supervisor import OURSELVES
from demo.seed.ids import DEMO_ISSUER
from lotsa.code_version import fingerprint
from operations.checkout import CHECKOUT
from operations.install.installation import Installation, Servers
from operations.whole_files import write_whole

PREFIX = "lotsa"


class Box:
    """The demonstration's servers, data and processes. Every method may be called from a new process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._data = folder or data_folder()
        self.folder = self._data / "box"
        self._seeding = self.folder / "first-start-not-complete"
        self._state = self.folder / "state.json"

    @property
    def debian(self) -> DebianFolder:
        """Where fetched programs are; they outlive a reset."""
        return DebianFolder((self._data / "debian").resolve())

    @property
    def port(self) -> int | None:
        """The port that it was last started on."""
        try:
            return int(self._noted()["port"])
        except (KeyError, ValueError, TypeError):
            return None

    @property
    def code(self) -> str:
        """The fingerprint of the code that was started; empty where it was not noted."""
        return str(self._noted().get("code", ""))

    def _noted(self) -> dict[str, Any]:
        try:
            found = json.loads(self._state.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def database(self) -> PrivatePostgres:
        """The private PostgreSQL; fetches its programs when they are missing."""
        return PrivatePostgres(self.folder / "postgres", postgres_programs(self.debian), service_user())

    def broker(self) -> PrivateRabbitMQ:
        """The private RabbitMQ; fetches its programs when they are missing."""
        return PrivateRabbitMQ(self.folder / "rabbitmq", rabbitmq_programs(self.debian), service_user())

    def installation(self) -> Installation:
        """The installation on this box. The servers must have been started once."""
        database, broker = self.database(), self.broker()
        return Installation(
            PREFIX,
            self.folder,
            Servers(database.url, broker.amqp_url, broker.api_url),
            mode="demo",
            public_url=f"http://{ports.LOOPBACK}:{self.port}",
            # the issuer stays the same whatever port it is shown on: people's assignments hang on it
            extra={"LOTSA_TOKEN_ISSUER": DEMO_ISSUER},
        )

    def make_folders(self, port: int) -> None:
        """Make the box's folder and note the port."""
        self.folder.mkdir(exist_ok=True)
        # the servers' user has to pass through, and has no business seeing what else is here
        self.folder.chmod(0o711)
        write_whole(self._state, json.dumps({"port": port, "code": fingerprint()}), mode=0o644)

    @contextmanager
    def alone(self, waits: Callable[[], None]) -> Iterator[None]:
        """Of two that start it one waits until the other has; `waits` is called once before that."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "starting.lock").open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waits()
                fcntl.flock(held, fcntl.LOCK_EX)
            yield

    @property
    def first_start_broke_off(self) -> bool:
        """Whether a first start was begun here and not completed: then there is nothing but its unfinished seed.

        The mark is set before there is any database and taken away when the seed is whole; nobody can have used it.
        """
        return self._seeding.exists()

    def first_start_begins(self) -> None:
        """Mark the first start as not complete, until `first_start_is_complete`. There is no database yet."""
        self._seeding.touch()

    def first_start_is_complete(self) -> None:
        """What is there can be relied upon from now on."""
        self._seeding.unlink()

    def start_processes(self, wanted: list[str]) -> None:
        """Say which processes are wanted, and start the supervisor when it does not run."""
        every = commands(self.port or 0)
        supervisor.write_wanted(self.folder, {name: every[name] for name in wanted})
        watcher = supervisor.process(self.folder, "supervisor")
        if watcher.pid() is None:
            given = given_to_supervisor({**os.environ, **self.installation().environment()})
            (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)
            watcher.start(
                [sys.executable, "-m", "demo.one_machine.supervisor", str(self.folder)],
                log=self.folder / "logs" / "supervisor.log",
                environment={**given, "PYTHONUNBUFFERED": "1"},
                user=OURSELVES,
                cwd=CHECKOUT,
            )

    def pid(self, name: str) -> int | None:
        """The process id of `supervisor`, `web`, `bus` or `relay` while it runs."""
        return supervisor.process(self.folder, name).pid()

    def stop_processes(self) -> None:
        """Stop the supervisor and what it started; what does not run is passed over."""
        supervisor.process(self.folder, "supervisor").stop(saying="the processes to stop", within=40)
        for name in [*commands(0), "seed"]:
            # left behind by a supervisor that was killed
            supervisor.process(self.folder, name).stop(saying=f"{name} to stop", within=15)

    def stop(self) -> None:
        """Stop processes and servers, in that order; what does not run is passed over."""
        self.stop_processes()
        if self.folder.exists():
            with ThreadPoolExecutor(2) as both:
                for stopped in [both.submit(self._stop_database), both.submit(self._stop_broker)]:
                    stopped.result()

    def remove_data(self) -> None:
        """Remove everything but the fetched programs. Stop first."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop_database(self) -> None:
        if (self.folder / "postgres").exists():
            self.database().stop()

    def _stop_broker(self) -> None:
        if (self.folder / "rabbitmq").exists():
            self.broker().stop()
