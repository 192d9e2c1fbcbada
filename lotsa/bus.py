"""Runs services' subscriptions and timers, each service with its own broker user and database.

python -m lotsa.bus referral --ready-file FILE
"""

from __future__ import annotations

# before anything else: it patches the process (eventlet), and what is imported after it is patched too
from shared.messaging.receive import run_bus  # isort: skip

import argparse
import sys

from operations.bus_classes import bus_class
from shared.settings import SERVICES


def main() -> int:
    """Read the command line and run until SIGTERM or SIGINT; the exit code, 1 when a service's bus died by itself."""
    parser = argparse.ArgumentParser(prog="python -m lotsa.bus", description=__doc__)
    parser.add_argument("services", nargs="+", choices=SERVICES)
    parser.add_argument("--ready-file", help="kept fresh while ready (default: $LOTSA_VAR/run/bus.ready)")
    parser.add_argument("--metrics-port", help="serve Prometheus metrics here")
    parser.add_argument("--metrics-bind", help="on this address (default: loopback)")
    given = vars(parser.parse_args())
    services = given.pop("services")
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value is not None]
    return run_bus.main([*map(bus_class, services), *options])


if __name__ == "__main__":
    sys.exit(main())
