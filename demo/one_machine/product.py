"""The product's processes on one box: one web, one bus, one relay, each for all four services."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from demo.one_machine import ports
from shared.observability.health import is_ready
from shared.settings import PER_ROLE, ROLES, SERVICES

BUS_CLASSES = [f"services.{service}.service:{service.capitalize()}" for service in SERVICES]

# Of an installation's settings each process is given what it uses and no other. What only the migration step and the
# operator's commands use stands nowhere here: tables' owners, the broker's administrator
_EVERY_PROCESS = ("MODE", "PUBLIC_URL", "INSTALLATION", "VAR", "LOG_LEVEL", "POOL_SIZE")
_EVERY_WEB = (
    *("SESSION_VERIFYING_KEYS_FILE", "TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_JWKS_FILE", "TOKEN_LONGEST_LIFE"),
    *("WEB_IN_FLIGHT", "WEB_THREADS", "HEARD_WITHIN", "ACCESSIBILITY_EMAIL", "ACCESSIBILITY_PHONE"),
    *("TRUSTED_PROXIES", "LIMITS"),
)
_EVERY_SERVICES = {
    "web": ("DATABASE_URL", "MASTER_KEY_FILE", "COOKIE_KEY_FILE"),
    "bus": ("DATABASE_URL", "BROKER_URL"),
    "relay": ("DATABASE_URL", "BROKER_URL"),
}
_MORE = {
    # sign-in is here, and with it the one key that makes sessions
    ("web", "directory"): (
        *("SESSION_SIGNING_KEY_FILE", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE"),
        *PER_ROLE,
        *(f"{name}_{role.upper().replace('-', '_')}" for name in PER_ROLE for role in ROLES),
    ),
    ("bus", "referral"): ("REFERRAL_MASTER_KEY_FILE",),
    ("bus", "notifications"): ("SMTP_URL", "OPERATORS_EMAIL"),
    # the log is verified with the public half alone, from outside the database that it is about
    ("web", "audit"): ("AUDIT_VERIFYING_KEY_FILE",),
    ("bus", "audit"): (
        *("AUDIT_MASTER_KEY_FILE", "AUDIT_LOG_DATABASE_URL"),
        *("AUDIT_SIGNING_KEY_FILE", "AUDIT_VERIFYING_KEY_FILE", "AUDIT_KEPT_CHECKPOINT"),
    ),
}


def settings_used(process: str, services: Iterable[str]) -> frozenset[str]:
    """The `LOTSA_…` variables that a `web`, `bus` or `relay` process of these services uses."""
    names = [*_EVERY_PROCESS, *(_EVERY_WEB if process == "web" else ())]
    for service in services:
        names += [f"{service.upper()}_{name}" for name in _EVERY_SERVICES[process]]
        names += _MORE.get((process, service), ())
    return frozenset(f"LOTSA_{name}" for name in names)


def given_to(process: str, environment: Mapping[str, str]) -> dict[str, str]:
    """An environment as one of the box's processes is given it: no setting that it does not use."""
    used = settings_used(process, SERVICES)
    return {name: value for name, value in environment.items() if name in used or not name.startswith("LOTSA_")}


def given_to_supervisor(environment: Mapping[str, str]) -> dict[str, str]:
    """What the box's processes together use, for the supervisor to hand out."""
    used = frozenset[str]().union(*(settings_used(process, SERVICES) for process in commands(0)))
    return {name: value for name, value in environment.items() if name in used or not name.startswith("LOTSA_")}


def commands(port: int, python: str = sys.executable) -> dict[str, list[str]]:
    """The command line of each process, by its name."""
    return {
        "bus": [python, "-m", "shared.messaging.run_bus", *BUS_CLASSES],
        "relay": [python, "-m", "lotsa.relay", *SERVICES],
        "web": [python, "-m", "lotsa.web", "all", "--bind", f"{ports.LOOPBACK}:{port}"],
    }


def ready_file(var: Path, name: str) -> Path:
    """The file that a process without a port keeps fresh while it is ready."""
    return var / "run" / f"{name}.ready"


def quiet_process_is_ready(var: Path, name: str, pid: int | None) -> bool:
    """Whether the bus or the relay with this process id says that it is ready."""
    return pid is not None and is_ready(ready_file(var, name), pid=pid)
