"""Publishes services' outboxes, and tallies their hours: two threads per service, none of them monkey-patched.

python -m lotsa.relay referral directory notifications audit
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from prometheus_client import start_http_server

from shared.contracts.directory import DirectoryIsThere
from shared.environment import SettingsAreWrong
from shared.kernel.garbage import settle_down
from shared.messaging.publish.relay import Relay
from shared.messaging.publish.tallies import Tallier
from shared.observability import logs
from shared.observability.health import ReadyFile
from shared.settings import SERVICES, Settings
from shared.storage.engine import make_engine

SAY_READY_EVERY_SECONDS = 2.0
STOP_WITHIN_SECONDS = 10.0


def run(services: list[str], settings: Settings, ready_file: Path, stop: threading.Event) -> int:
    """Relay for the services until `stop` is set. Returns 1 when a relay ended by itself, else 0."""
    threads = [
        threading.Thread(target=made(service, settings).run, args=[stop], name=f"{service} {made.__name__.strip('_')}")
        for service in services
        for made in (_relay, _tallier)
    ]
    for thread in threads:
        thread.start()
    settle_down()
    ready = ReadyFile(ready_file)
    while not stop.is_set() and all(thread.is_alive() for thread in threads):
        ready.say(True)
        stop.wait(SAY_READY_EVERY_SECONDS)
    ready.say(False)
    failed = not stop.is_set()
    stop.set()
    for thread in threads:
        thread.join(STOP_WITHIN_SECONDS)
    return int(failed)


def _relay(service: str, settings: Settings) -> Relay:
    own = settings.service(service)
    engine = make_engine(own.database_url, pool_size=2, application_name=f"lotsa {service} relay")
    heartbeat = DirectoryIsThere if service == DirectoryIsThere.publisher else None
    return Relay(engine, own.broker_url, service, settings.installation, heartbeat=heartbeat)


def _tallier(service: str, settings: Settings) -> Tallier:
    own = settings.service(service)
    engine = make_engine(own.database_url, pool_size=1, application_name=f"lotsa {service} tally")
    return Tallier(engine, own.broker_url, service, settings.installation)


def main() -> None:
    """Read the command line and relay until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m lotsa.relay", description=__doc__)
    parser.add_argument("services", nargs="+", choices=SERVICES)
    parser.add_argument("--ready-file", type=Path, help="kept fresh while ready (default: $LOTSA_VAR/run/relay.ready)")
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus metrics here")
    parser.add_argument("--metrics-bind", default="127.0.0.1", help="on this address (default: loopback)")
    given = parser.parse_args()
    try:
        settings = Settings.from_environment()
    except SettingsAreWrong as trouble:
        sys.exit(str(trouble))
    logs.configure("relay", level=settings.log_level)
    if given.metrics_port:
        start_http_server(given.metrics_port, given.metrics_bind)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sys.exit(run(given.services, settings, given.ready_file or settings.var / "run" / "relay.ready", stop))


if __name__ == "__main__":
    main()
