"""What a container of the image runs: one process of one service, with the settings that are its own.

    python -m lotsa.container web referral       pages and API, on port 8000
    python -m lotsa.container bus referral       subscriptions and timers
    python -m lotsa.container relay referral     publishes the outbox
    python -m lotsa.container healthy web referral
    python -m lotsa.container prepare            once, before all others: keys, roles, tables, topology
    python -m lotsa.container first-directory    in directory's container: units and people from a file, standard input
    python -m lotsa.container backup-every-night
    python -m lotsa.container lotsa WORD …       in prepare's container: an operator's command, such as verify-audit

Settings come from the environment and from `/run/lotsa/environment` (lines of NAME=value), which `prepare` writes for
each process and only that process is given.
"""

from __future__ import annotations

import http.client
import os
import sys
from http import HTTPStatus
from pathlib import Path

from operations.trouble import Trouble
from shared.observability.health import is_ready

# whether a process is well is asked of each every ten seconds by a program that begins anew: what costs a fifth of a
# second to import (settings, keys) is imported where something is to run
OWN_SETTINGS = Path("/run/lotsa/environment")
READY = Path("/var/lib/lotsa/ready")
PORT = 8000
# inside a container loopback is nobody's but its own; the port is published to the containers' network alone
METRICS = ("--metrics-port", "9100", "--metrics-bind", "0.0.0.0")

BEFORE_THERE_IS_ONE = ("backup-identity", "restore-keys", "--version", "--help")


def command(kind: str, service: str) -> list[str]:
    """The command line of a process. Raises Trouble for one that there is not."""
    from shared.settings import SERVICES

    if service not in SERVICES:
        raise Trouble(f"There is no service “{service}”; there are {', '.join(SERVICES)}.")
    match kind:
        case "web":
            return [sys.executable, "-m", "lotsa.web", service, "--bind", f"0.0.0.0:{PORT}", *METRICS]
        case "bus":
            return [sys.executable, "-m", "lotsa.bus", service, "--ready-file", str(READY), *METRICS]
        case "relay":
            return [sys.executable, "-m", "lotsa.relay", service, "--ready-file", str(READY), *METRICS]
        case _:
            raise Trouble(f"There is no process “{kind}”; there are web, bus and relay.")


def healthy(kind: str, service: str) -> bool:
    """Whether this container's process can do its work now."""
    if kind != "web":
        return is_ready(READY)
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", f"/{service}/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def own_settings(file: Path = OWN_SETTINGS) -> dict[str, str]:
    """The settings that were prepared for this process; none where they are given in another way."""
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines if line.strip())


def _installation_of(words: list[str]) -> dict[str, str]:
    """What an operator's command is told of the installation: nothing where there need not be one yet, since asking for
    it would make passwords that the keys which are put back have already."""
    if not words or words[0] in BEFORE_THERE_IS_ONE or "--help" in words:
        return {}
    from operations.install.prepare import prepared_installation

    return {**prepared_installation().environment(), "LOTSA_HANDS_OUT_KEYS": "yes"}


def main() -> None:
    """Become the process that the command line names, or say whether it is well."""
    match sys.argv[1:]:
        case ["healthy", kind, service]:
            sys.exit(0 if healthy(kind, service) else 1)
        case words:
            become(words)


def become(words: list[str]) -> None:
    """The process that these words name. Exits with a sentence where it cannot be."""
    from shared.environment import SettingsAreWrong
    from shared.settings import Settings
    from shared.storage.encryption import KeyTrouble

    try:
        match words:
            case ["prepare"]:
                from operations.install.prepare import prepare

                settings = prepare()
                if os.environ.get("LOTSA_FIRST_PEOPLE") == "invented":
                    from lotsa.demonstration import needed

                    # a trial's cast, who sign in at the trial's provider; a real installation leaves that out
                    print("Invented people, units and services")
                    needed().invent_people(settings)
            case ["first-directory"]:
                from operations.install.first_directory import load

                settings = Settings.from_environment({**own_settings(), **os.environ})
                new = load(settings, sys.stdin.read(), say=print)
                print(*(f"{kind}: {count} new" for kind, count in new.items()), sep="\n")
            case ["backup-every-night"]:
                from operations.backup.every_night import back_up_every_night

                back_up_every_night()
            case ["lotsa", *asked]:
                environment = {**os.environ, **_installation_of(asked)}
                program = [sys.executable, "-m", "lotsa.cli", *asked]
                os.execve(program[0], program, environment)  # noqa: S606 - becomes it, with no shell
            case [kind, service]:
                process = command(kind, service)
                os.execve(process[0], process, {**own_settings(), **os.environ})  # noqa: S606 - becomes it, with no shell
            case _:
                sys.exit(__doc__)
    except (Trouble, SettingsAreWrong, KeyTrouble) as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
