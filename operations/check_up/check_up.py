"""Tells what runs, and looks for what is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import amqp
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.places import CHECKOUT
from demo.one_machine.product import quiet_process_is_ready
from demo.one_machine.start import web_is_ready
from operations.backlog import held_services, waiting
from operations.check_up.hearing import about_hearing
from operations.check_up.keys import about_the_keys
from operations.check_up.log import about_the_log
from operations.check_up.outer_door import about_the_outer_door, life_at_the_outer_door
from operations.check_up.prometheus import tell_prometheus
from operations.install.migrate import subscriptions
from shared.kernel.clock import SystemClock
from shared.messaging.parked import list_parked
from shared.settings import Settings, SettingsAreWrong
from shared.storage.encryption import KeyTrouble

LITTLE_ROOM_MB = 1000
MANY_ON_THEIR_WAY = 1000
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
    well = _tell(findings, console)
    if metrics is not None:
        tell_prometheus(metrics, SystemClock().now(), len(findings))
    if box.port is None:
        console.print("Lotsa has never been started here: only this machine was looked at.")
    return well


def examine_installation(settings: Settings, console: Console, metrics: Path | None = None) -> bool:
    """The same for an installation that is no box: its databases and its broker, since its processes are elsewhere."""
    now, findings = SystemClock().now(), None
    try:
        door = about_the_outer_door(settings, now)
        findings = [
            *(*about_the_keys(settings), *_on_their_way(settings), *_hearing(settings), *_in_the_log(settings), *door)
        ]
    finally:
        if metrics is not None:
            # what could not be looked at is not said to be well; the certificate is told of all the same
            count = None if findings is None else len(findings)
            tell_prometheus(metrics, now, count, life_at_the_outer_door(settings))
    well = _tell(findings, console)
    console.print(
        "Only databases, broker, keys and the outer door's certificate were looked at: each process's own health check "
        "tells of that process."
    )
    return well


def _tell(findings: list[str], console: Console) -> bool:
    for finding in findings:
        # a log's last words have brackets of their own
        console.print(f"  • {finding}", markup=False)
    if not findings:
        console.print("Nothing is wrong.")
    return not findings


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
        settings = box.installation().settings()
        yield from about_the_keys(settings)
        yield from _on_their_way(settings)
        yield from _hearing(settings)
        yield from _in_the_log(settings)


def _hearing(settings: Settings) -> Iterator[str]:
    try:
        yield from about_hearing(settings, SystemClock().now())
    except SQLAlchemyError:
        # that a database does not answer is told above
        return


def _in_the_log(settings: Settings) -> Iterator[str]:
    try:
        yield from about_the_log(settings)
    except (SQLAlchemyError, SettingsAreWrong, KeyTrouble, OSError) as trouble:
        yield (
            f"Alarms, heights and the log's verification could not be looked at ({type(trouble).__name__}): nobody "
            "knows whether the log is whole. Mend what is told above, see that audit's keys are there, and ask again."
        )


def _on_their_way(settings: Settings) -> Iterator[str]:
    try:
        on_their_way = waiting(settings)
        held = held_services(settings)
        parked = list_parked(settings.admin_broker_url, [each.queue for each in subscriptions()])
    except (SQLAlchemyError, amqp.AMQPError, OSError) as trouble:
        said = "the database" if isinstance(trouble, SQLAlchemyError) else "the broker"
        yield (
            f"Outboxes and queues cannot be looked into, since {said} does not answer as it should "
            f"({type(trouble).__name__}). Start it anew; on one machine by “make stop”, then “make run”."
        )
        return
    if on_their_way > MANY_ON_THEIR_WAY:
        yield f"{on_their_way} events wait to be published or heard: do relay and bus run, and do they keep up?"
    for service in held:
        yield (
            f"{service} is held since its database was put back: people work in it, and nothing goes out from it. "
            f"“lotsa restored {service} --reason …” says what became of the time between, and lets it go on."
        )
    for queue, count in parked.items():
        if count:
            yield f"{count} parked from {queue}: “lotsa parked show {queue}” tells why."


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
