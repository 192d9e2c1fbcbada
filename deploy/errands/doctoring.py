"""Tells what runs, and looks for what is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import amqp
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from deploy.migrate import subscriptions
from deploy.onebox import ports
from deploy.onebox.box import Box
from deploy.onebox.drained import waiting
from deploy.onebox.places import CHECKOUT
from deploy.onebox.product import quiet_process_is_ready
from deploy.onebox.start import web_is_ready
from shared.messaging.parked import list_parked

LITTLE_ROOM_MB = 1000


def status(box: Box, console: Console) -> bool:
    """Print what runs, and return whether all of it does."""
    if box.port is None:
        console.print("Lotsa has never been started here: “make run” starts it.")
        return False
    parts = dict(_parts(box))
    for name, runs in parts.items():
        console.print(f"  {name:24} {'runs' if runs else 'does not run'}")
    if all(parts.values()):
        console.print(f"http://{ports.LOOPBACK}:{box.port}")
    return all(parts.values())


def examine(box: Box, console: Console) -> bool:
    """Print each finding with what to do about it, and return whether there was none."""
    findings = [*_machine(box), *(_running(box) if box.port is not None else [])]
    for finding in findings:
        console.print(f"  • {finding}")
    if not findings:
        console.print("Nothing is wrong.")
    return not findings


def _parts(box: Box) -> Iterator[tuple[str, bool]]:
    yield "PostgreSQL", (box.folder / "postgres").exists() and box.database().running()
    yield "RabbitMQ", (box.folder / "rabbitmq").exists() and box.broker().running()
    yield "supervisor", box.pid("supervisor") is not None
    for name in ("bus", "relay"):
        yield name, quiet_process_is_ready(box.folder, name, box.pid(name))
    yield "web", box.pid("web") is not None and web_is_ready(box.port or 0)


def _machine(box: Box) -> Iterator[str]:
    if sys.version_info < (3, 11):  # noqa: UP036 - said to whoever runs it with an older one by hand
        yield f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}."
    place = box.folder if box.folder.exists() else CHECKOUT
    free = shutil.disk_usage(place).free // 2**20
    if free < LITTLE_ROOM_MB:
        yield f"{place} has only {free} MB left on its disk; below 200 MB the broker stops taking messages."
    if not (CHECKOUT / "shared/web/static/vendor/designsystemet.css").exists():
        yield "The style sheets are missing: “make set-up” fetches them."
    if box.port is None and not ports.is_free(8000):
        yield "Port 8000 is taken by another program: use “make run PORT=8001”."


def _running(box: Box) -> Iterator[str]:
    parts = dict(_parts(box))
    for name, runs in parts.items():
        if not runs:
            log = _log(box.folder, name)
            yield f"{name} does not run. “make run” starts what is missing. Its log: {log}"
    for name in ("bus", "relay", "web"):
        said = _last_error(box.folder / "logs" / f"{name}.log")
        if said and not parts[name]:
            yield f"{name} said at last: {said}"
    if parts["PostgreSQL"] and parts["RabbitMQ"]:
        yield from _on_their_way(box)


def _on_their_way(box: Box) -> Iterator[str]:
    settings = box.installation().settings()
    try:
        on_their_way = waiting(settings)
        parked = list_parked(settings.admin_broker_url, [each.queue for each in subscriptions()])
    except (SQLAlchemyError, amqp.AMQPError, OSError) as trouble:
        yield f"Outboxes and queues cannot be looked into ({type(trouble).__name__}): “make stop”, then “make run”."
        return
    if on_their_way > 1000:
        yield f"{on_their_way} events wait to be published or heard: does the bus keep up?"
    for queue, count in parked.items():
        if count:
            yield f"{count} messages are parked from {queue}: “lotsa parked show {queue}” tells why."


def _log(folder: Path, name: str) -> Path:
    servers = {"PostgreSQL": "postgres/postgres.log", "RabbitMQ": "rabbitmq/rabbitmq.log"}
    return folder / servers.get(name, f"logs/{name}.log")


def _last_error(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace")[-20_000:].splitlines() if line] if log.exists() else []
    return lines[-1][:300] if lines else ""
