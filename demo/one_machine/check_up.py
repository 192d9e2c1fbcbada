"""Tells what runs on this machine, and looks for what is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.product import quiet_process_is_ready
from demo.one_machine.start import web_is_ready
from operations.check_up.check_up import about_the_servers, tell
from operations.check_up.prometheus import tell_prometheus
from operations.checkout import CHECKOUT
from shared.kernel.clock import SystemClock

LITTLE_ROOM_MB = 1000
GRAVE = ("warning", "error", "critical")


@dataclass(frozen=True)
class Part:
    """One of the box's servers or processes; what runs need not be ready, as while it waits for another part."""

    name: str
    runs: bool
    ready: bool

    def __str__(self) -> str:
        return "runs" if self.ready else "runs, and is not ready" if self.runs else "does not run"


def parts_of(box: Box) -> list[Part]:
    """The box's servers and processes, in the order in which they need one another; none before the first start."""
    return list(_parts(box)) if box.port is not None else []


def status(box: Box, console: Console) -> bool:
    """Print what runs, and return whether all of it does."""
    parts = parts_of(box)
    if not parts:
        console.print("Lotsa has never been started here: “make run” starts it.")
        return False
    for part in parts:
        console.print(f"  {part.name:24} {part}")
    well = all(part.ready for part in parts)
    if well:
        console.print(f"http://{ports.LOOPBACK}:{box.port}")
    return well


def examine(box: Box, console: Console, metrics: Path | None = None) -> bool:
    """Print each finding with what to do about it, and return whether there was none.

    ``metrics``: a file for Prometheus to be told in too. Raises Trouble when it cannot be written.
    """
    findings = [*_machine(box), *_running(box)]
    well = tell(findings, console)
    if metrics is not None:
        tell_prometheus(metrics, SystemClock().now(), len(findings))
    if box.port is None:
        console.print("Lotsa has never been started here: only this machine was looked at.")
    return well


def _parts(box: Box) -> Iterator[Part]:
    database = (box.folder / "postgres").exists() and box.database().running()
    yield Part("PostgreSQL", database, database)
    broker = (box.folder / "rabbitmq").exists() and box.broker().running()
    yield Part("RabbitMQ", broker, broker)
    supervisor = box.pid("supervisor") is not None
    yield Part("supervisor", supervisor, supervisor)
    for name in ("bus", "relay"):
        pid = box.pid(name)
        yield Part(name, pid is not None, quiet_process_is_ready(box.folder, name, pid))
    web = box.pid("web") is not None
    yield Part("web", web, web and web_is_ready(box.port or 0))


def _machine(box: Box) -> Iterator[str]:
    if sys.version_info < (3, 11):  # noqa: UP036 - said to whoever runs it with an older one by hand
        yield f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}."
    place = box.folder if box.folder.exists() else CHECKOUT
    free = shutil.disk_usage(place).free // 2**20
    if free < LITTLE_ROOM_MB:
        yield (
            f"{place} has only {free} MB left on its disk; below 200 MB the broker stops taking messages, and "
            "with none left nothing is saved."
        )
    vendor = CHECKOUT / "shared/web/static/vendor"
    if not all((vendor / name).exists() for name in ("designsystemet.css", "source-sans-3.css")):
        yield "The style sheets or the font are missing: “make set-up” fetches them."
    if box.port is None and not ports.is_free(8000):
        yield "Port 8000 is taken by another program: use “make run PORT=8001”."


def _running(box: Box) -> Iterator[str]:
    parts = {part.name: part for part in parts_of(box)}
    for name, part in parts.items():
        if not part.runs:
            yield f"{name} does not run. “make run” starts it again. Its log: {_log(box.folder, name)}"
        elif not part.ready:
            yield f"{name} runs, and is not ready: it has just begun, or waits for something. {_last_words(box, name)}"
    if parts and parts["PostgreSQL"].runs and parts["RabbitMQ"].runs:
        yield from about_the_servers(box.installation().settings())


def _log(folder: Path, name: str) -> Path:
    servers = {"PostgreSQL": "postgres/postgres.log", "RabbitMQ": "rabbitmq/rabbitmq.log"}
    return folder / servers.get(name, f"logs/{name}.log")


def _last_words(box: Box, name: str) -> str:
    log = _log(box.folder, name)
    lines = [line for line in log.read_text(errors="replace")[-20_000:].splitlines() if line] if log.exists() else []
    # a trouble that lasts is told seldom, and something harmless may have been said since
    troubles = [line for line in lines if any(f'"level": "{level}"' in line for level in GRAVE)]
    # the processes' logs hold identifiers and codes alone, so they may be shown
    return f"The last line of its log: {(troubles or lines)[-1][:300]}" if lines else f"Its log: {log}"
