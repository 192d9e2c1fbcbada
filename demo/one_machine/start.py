"""Starts the box step by step, each with its name and time; when a step fails, what was started is stopped again."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

from rich.console import Console

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.product import quiet_process_is_ready
from demo.one_machine.supervisor import process
from demo.wait import wait_until
from operations.backlog import Arrived
from operations.checkout import CHECKOUT
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from operations.trouble import NoRoom, PortTaken, Trouble
from shared.settings import SERVICES, Settings

LEAST_ROOM_MB = 500
SEED_WITHIN_SECONDS = 900
SEED = [sys.executable, "-u", "-m", "lotsa.cli", "seed"]


class Steps:
    """Prints each step when it begins, what it is busy with, and when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line_is_open = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step. Its line is completed when the step has ended, below what `busy_with` said meanwhile."""
        self._print(f"  {name} … ", end="")
        self._line_is_open = True
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._end("[red]failed[/red]")
            raise
        self._end(f"done ({time.monotonic() - began:.1f} s)")

    def busy_with(self, what: str) -> None:
        """A line below the step's."""
        if self._line_is_open:
            self._print("")
            self._line_is_open = False
        self._print(f"      {what}")

    def _end(self, how: str) -> None:
        self._print(how if self._line_is_open else f"    … {how}")
        self._line_is_open = False

    def _print(self, text: str, end: str = "\n") -> None:
        self._console.print(text, end=end)
        # what goes to a file or a pipe is watched too
        self._console.file.flush()


def start(box: Box, port: int, console: Console) -> None:
    """Start everything; returns when all is ready. Raises Trouble and its kinds, and has stopped everything then."""
    steps = Steps(console)
    if box.pid("supervisor") is None:
        _check_the_machine(box, port)
    box.make_folders(port)
    try:
        _start(box, port, steps)
    except BaseException:
        box.stop()
        raise


def _check_nothing_is_lost(box: Box, installation: Installation) -> None:
    """Keys without their databases: something was moved away, and a new beginning would hide it. Raises Trouble."""
    if not (installation.folder / "keys").exists():
        # nothing was ever begun here
        return
    kept = installation.settings().kept_checkpoint
    if kept is not None and kept.exists():
        raise Trouble(
            f"The databases of Lotsa are not in {box.folder / 'postgres'}, though there is a log that was signed"
            f" ({kept}). Put the folder back; or begin anew: “make reset” removes all data. Nothing was changed."
        )


def _check_the_machine(box: Box, port: int) -> None:
    if not ports.is_free(port):
        raise PortTaken(
            f"Port {port} on {ports.LOOPBACK} is taken by another program. Stop that, or choose another port:"
            f" make run PORT={port + 1}. Nothing was started."
        )
    place = box.folder if box.folder.exists() else box.folder.parent
    free = shutil.disk_usage(place).free // 2**20
    if free < LEAST_ROOM_MB:
        raise NoRoom(f"{place} has {free} MB left on its disk; {LEAST_ROOM_MB} MB are needed. Nothing was started.")


def _start(box: Box, port: int, steps: Steps) -> None:
    with steps.step("Programs of PostgreSQL and RabbitMQ, found or fetched"):
        box.database()
        broker = box.broker()
    broker.configure()
    broke_off = box.first_start_broke_off
    if broke_off:
        steps.busy_with("An earlier first start broke off: its unfinished seed is removed, and begun anew.")
        if not broker.running():
            # a broker from which a virtual host with its queues was removed may take no new ones (RabbitMQ 3.10)
            broker.forget()
    with steps.step("PostgreSQL, private, on this machine alone"):
        box.database().start()
    installation = box.installation()
    new = broke_off or not installation.existing_databases()
    if new and not broke_off:
        _check_nothing_is_lost(box, installation)
    installation.create_keys()
    if new:
        box.first_start_begins()
    # the broker takes longest: the tables are made meanwhile
    with ThreadPoolExecutor(1) as meanwhile:
        broker_is_up = meanwhile.submit(broker.start)
        with steps.step("Databases, roles and tables"):
            if broke_off:
                installation.drop_databases()
            installation.create_databases()
            migrate_databases(installation.settings())
        if not new:
            # these two wait for the broker by themselves, and take their time to load
            box.start_processes(["relay", "web"])
        with steps.step("RabbitMQ, private, on this machine alone"):
            broker_is_up.result()
            installation = _follow_the_broker(box, installation)
    with steps.step("Broker users, exchanges and queues"):
        installation.create_broker_users()
        unheard = declare_topology(installation.settings())
        if unheard:
            raise Trouble("Nobody listens to these events: " + ", ".join(f"{by}: {kind}" for by, kind in unheard))
    if new:
        _first_start(box, installation.settings(), steps)
    with steps.step("Processes: bus, relay and web"):
        box.start_processes(["relay", "web", "bus"])
        _wait_for_quiet_processes(box)
        wait_until(
            lambda: web_is_ready(port),
            saying=f"the pages of all four services to be ready (log: {box.folder / 'logs' / 'web.log'})",
            within=90,
            every=0.2,
        )


def _follow_the_broker(box: Box, before: Installation) -> Installation:
    """A broker whose ports were taken has come up on others: whoever was told the old ones is told anew."""
    now = box.installation()
    if now.servers != before.servers:
        box.stop_processes()
    return now


def _first_start(box: Box, settings: Settings, steps: Steps) -> None:
    with steps.step("Processes: bus and relay"):
        box.start_processes(["relay", "bus"])
        _wait_for_quiet_processes(box)
    with steps.step("Seed: a year of invented referrals, made by the real commands"):
        _seed(box, steps)
    with steps.step("Every event has arrived"):
        wait_until(Arrived(settings), saying="the events of the seed to arrive", within=300, every=0.5)
    box.first_start_is_complete()


def _is_ready(box: Box, name: str) -> bool:
    return quiet_process_is_ready(box.folder, name, box.pid(name))


def _wait_for_quiet_processes(box: Box) -> None:
    for name in ("bus", "relay"):
        wait_until(
            partial(_is_ready, box, name),
            saying=f"the process “{name}” to be ready (log: {box.folder / 'logs' / name}.log)",
            within=90,
            every=0.1,
        )


def _seed(box: Box, steps: Steps) -> None:
    """In a process of its own, as an operator would do it with `lotsa seed`. Raises Trouble, NotInTime."""
    log = box.folder / "logs" / "seed.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            SEED, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, cwd=CHECKOUT, text=True
        ) as seeding,
    ):
        # it goes on when this one is killed: the next start finds it, and ends it
        process(box.folder, "seed").note(seeding.pid)
        limit = threading.Timer(SEED_WITHIN_SECONDS, seeding.kill)
        limit.start()
        try:
            for line in seeding.stdout or ():
                steps.busy_with(line.strip())
            status = seeding.wait()
        finally:
            limit.cancel()
            seeding.kill()
    if status:
        last = [line for line in log.read_text().splitlines() if line.strip()][-1:]
        raise Trouble(f"The seed failed: {' '.join(last)} (its log: {log})")


def web_is_ready(port: int) -> bool:
    """Whether every service's app says that it is ready."""
    return all(_answers_ok(port, f"/{service}/health/ready") for service in SERVICES)


def _answers_ok(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
