"""The bus process: ``python -m shared.messaging.receive.run_bus services.referral.service:Referral …``.

Each service runs in a nameko container of its own, with its own broker user and database. Importing this module patches
the process, before anything else is loaded; nothing but a bus process may do so.
"""

from __future__ import annotations

import os
import warnings

# psycopg reads this when it is imported; without it a query stops the whole hub, silently
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
with warnings.catch_warnings():
    # eventlet says of itself that it is in bug-fix mode: known, and why it is confined to the bus processes
    warnings.simplefilter("ignore")
    import eventlet

    eventlet.monkey_patch()

import argparse
import importlib
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg.waiting
from amqp import AMQPError
from eventlet.event import Event
from nameko.containers import ServiceContainer
from prometheus_client import start_http_server
from sqlalchemy.exc import DBAPIError

from shared.kernel.garbage import settle_down
from shared.messaging.receive.database_waits import check_that_queries_overlap, wait_by_the_hub
from shared.messaging.receive.parked_messages import list_parked
from shared.messaging.receive.subscribe import BROKER_URL, Bus, subscriptions_of
from shared.observability import metrics
from shared.observability.episodes import Episode
from shared.observability.health import ReadyFile
from shared.observability.logs import configure, logger
from shared.settings import Settings
from shared.storage.encryption import KeyTrouble
from shared.storage.engine import make_engine
from shared.storage.key_register import check_own_key
from shared.storage.schema import DatabaseIsOfAnotherVersion, check_version

STOP_WITHIN = 10.0
COUNT_PARKED_EVERY = 60.0
BEGINS_WITHIN = 30.0
LOOK_AT_VERSION_EVERY = 15.0

_log = logger("messaging.run_bus")


def run(service_classes: Sequence[type[Any]], settings: Settings, ready_file: Path, stop: Event) -> int:
    """Run the services until ``stop``; returns the exit status, 1 when a container died by itself."""
    ready = ReadyFile(ready_file)
    ready.say(False)
    _wait_for_database(settings.service(service_classes[0].name).database_url, stop)
    for each in service_classes:
        if not _is_of_this_version(each.name, settings, "the bus does not begin"):
            return 1
    containers = [_container(each, settings) for each in service_classes]
    for container in containers:
        container.start()
        eventlet.spawn(_watch, container, stop)
        eventlet.spawn(_watch_version, container.service_name, settings, stop)
        eventlet.spawn(_count_what_is_parked, settings.service(container.service_name).broker_url, container, stop)
    settle_down()
    began = time.monotonic()
    while not stop.ready():
        connected = all(_connected(container) for container in containers)
        ready.say(connected)
        # at first somebody waits for it
        soon = not connected and time.monotonic() - began < BEGINS_WITHIN
        with eventlet.Timeout(0.05 if soon else 1.0, False):
            stop.wait()
    ready.say(False)
    status = int(stop.wait())
    with eventlet.Timeout(STOP_WITHIN, False):
        _stop(containers)
    _log.info("the bus has stopped", status=status)
    return status


def _wait_for_database(database_url: str, stop: Event) -> None:
    episode = Episode(_log, "the database is there")
    while not stop.ready():
        try:
            check_that_queries_overlap(database_url)
        except DBAPIError as error:
            episode.trouble("waiting for the database", error=error)
            eventlet.sleep(1.0)
        else:
            return


def _is_of_this_version(service: str, settings: Settings, otherwise: str) -> bool:
    engine = make_engine(settings.service(service).database_url, pool_size=1, application_name="lotsa bus version")
    try:
        with engine.connect() as connection:
            check_version(service, connection)
    except DatabaseIsOfAnotherVersion as trouble:
        # its words are ours: a service's name, two steps, and what to do
        _log.error(otherwise, service=service, why=str(trouble), error=trouble)
        return False
    finally:
        engine.dispose()
    return True


def _watch_version(service: str, settings: Settings, stop: Event) -> None:
    """Updated beside it: it ends, and whoever watches over it starts it again, until code and database are one's."""
    while not stop.ready():
        with eventlet.Timeout(LOOK_AT_VERSION_EVERY, False):
            stop.wait()
        try:
            ends = not stop.ready() and not _is_of_this_version(service, settings, "the bus ends")
        except DBAPIError:
            # away: those who work with it tell
            continue
        if ends and not stop.ready():
            stop.send(1)


def _container(service_class: type[Any], settings: Settings) -> ServiceContainer:
    service = settings.service(service_class.name)
    # a worker without a database connection of its own would only wait for one
    config = {BROKER_URL: service.broker_url, "max_workers": settings.pool_size}
    return ServiceContainer(service_class, config)


def _connected(container: ServiceContainer) -> bool:
    return all(extension.connected for extension in container.subextensions if isinstance(extension, Bus))


def _watch(container: ServiceContainer, stop: Event) -> None:
    try:
        container.wait()
    except Exception as error:  # noqa: BLE001 - told, and the process ends with it
        _log.error("a service's bus died", service=container.service_name, error=error)
        if not stop.ready():
            stop.send(1)


def _count_what_is_parked(broker_url: str, container: ServiceContainer, stop: Event) -> None:
    """Once a minute; a broker that is away is somebody else's to tell."""
    queues = [each.queue for each in subscriptions_of(container.service_cls)]
    episode = Episode(_log, "what is parked is counted again", service=container.service_name)
    while not stop.ready():
        try:
            counts = list_parked(broker_url, queues)
        except (OSError, AMQPError) as error:
            episode.trouble("what is parked was not counted", level="info", error=error)
        else:
            episode.well()
            for queue, count in counts.items():
                metrics.parked_waiting.labels(queue).set(count)
        with eventlet.Timeout(COUNT_PARKED_EVERY, False):
            stop.wait()


def _stop(containers: Sequence[ServiceContainer]) -> None:
    pool = eventlet.GreenPool()
    for container in containers:
        pool.spawn(container.stop)
    pool.waitall()


def _load(path: str) -> type[Any]:
    module, _, name = path.partition(":")
    found: type[Any] = getattr(importlib.import_module(module), name)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and the environment, and run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="run_bus", description="Run services' subscriptions and timers.")
    parser.add_argument("services", nargs="+", metavar="MODULE:CLASS")
    parser.add_argument("--ready-file", type=Path, help="kept fresh while ready (default: $LOTSA_VAR/run/bus.ready)")
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus metrics here")
    parser.add_argument("--metrics-bind", default="127.0.0.1", help="on this address (default: loopback)")
    given = parser.parse_args(arguments)
    settings = Settings.from_environment()
    configure("bus", level=settings.log_level)
    psycopg.waiting.wait = wait_by_the_hub
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # a handler may run at any point of the hub, so it only leaves a note
        signal.signal(number, lambda *_: None if stop.ready() else eventlet.spawn_n(_ask_to_stop, stop))
    if given.metrics_port:
        start_http_server(given.metrics_port, given.metrics_bind)
    classes = [_load(path) for path in given.services]
    try:
        for each in classes:
            check_own_key(settings.service(each.name))
            # a service with keys of other kinds looks after them itself
            getattr(each, "check_keys", lambda _: None)(settings)
    except KeyTrouble as trouble:
        sys.exit(str(trouble))
    return run(classes, settings, given.ready_file or settings.var / "run" / "bus.ready", stop)


def _ask_to_stop(stop: Event) -> None:
    if not stop.ready():
        stop.send(0)


if __name__ == "__main__":
    sys.exit(main())
