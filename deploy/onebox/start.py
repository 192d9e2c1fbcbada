"""Starts the box step by step, each with its name and time; when a step fails, what was started is stopped again."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from rich.console import Console

from deploy.migrate import declare_topology, migrate_databases
from deploy.onebox import ports
from deploy.onebox.box import Box
from deploy.onebox.drained import Arrived
from deploy.onebox.places import CHECKOUT
from deploy.onebox.product import quiet_process_is_ready
from deploy.onebox.trouble import NoRoom, PortTaken, Trouble
from deploy.onebox.waiting import wait_until
from shared.settings import SERVICES

LEAST_ROOM_MB = 500
SEED_WITHIN_SECONDS = 900


class Steps:
    """Prints each step when it begins, what it is busy with, and when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step; on a terminal its line is completed, elsewhere likewise."""
        self._console.print(f"  {name} … ", end="")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._console.print("[red]failed[/red]")
            raise
        self._console.print(f"done ({time.monotonic() - began:.1f} s)")


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
    with steps.step("PostgreSQL and RabbitMQ, private, on this machine alone"):
        box.start_servers()
    installation = box.installation()
    new = box.is_new
    with steps.step("Keys, databases, roles, broker users"):
        if new:
            # what an earlier start that failed left behind cannot be relied upon
            box.first_start_begins()
            installation.create_keys()
            installation.drop()
        installation.create()
    settings = installation.settings()
    with steps.step("Tables"):
        migrate_databases(settings)
    with steps.step("Exchanges and queues"):
        unheard = declare_topology(settings)
        if unheard:
            raise Trouble("Nobody listens to these events: " + ", ".join(f"{by}: {kind}" for by, kind in unheard))
    with steps.step("Processes: bus and relay"):
        box.start_supervisor(["bus", "relay"])
        for name in ("bus", "relay"):
            _wait_for_quiet_process(box, name)
    if new:
        with steps.step("Seed: a year of invented referrals, made by the real commands"):
            _seed(box)
        with steps.step("Every event has arrived"):
            wait_until(Arrived(settings), saying="the events of the seed to arrive", within=300, every=0.5)
        box.first_start_is_complete()
    with steps.step("Process: web"):
        box.start_supervisor(["bus", "relay", "web"])
        wait_until(
            lambda: web_is_ready(port), saying="the pages of all four services to be ready", within=60, every=0.2
        )


def _wait_for_quiet_process(box: Box, name: str) -> None:
    wait_until(
        lambda: quiet_process_is_ready(box.folder, name, box.pid(name)),
        saying=f"the process “{name}” to be ready (its log: {box.folder / 'logs' / name}.log)",
        within=60,
        every=0.1,
    )


def _seed(box: Box) -> None:
    """In a process of its own, as an operator would do it with `lotsa seed`."""
    log = box.folder / "logs" / "seed.log"
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.cli", "seed"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            timeout=SEED_WITHIN_SECONDS,
        )
    if done.returncode:
        last = [line for line in log.read_text().splitlines() if line.strip()][-1:]
        raise Trouble(f"The seed failed: {' '.join(last)} More in {log}.")


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
