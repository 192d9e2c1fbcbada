"""Prepares an installation in containers: keys, certificate, roles, tables, topology, and what each process is given.

Runs once before all other processes, with administrators' passwords that none of them is given. Safe to repeat. The
directory is empty then: a real installation is given its own units and people afterwards (`first_directory.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from operations.install.installation import Installation, Servers
from operations.install.migrate import declare_topology, migrate_databases
from operations.install.own_certificate import make_certificate
from operations.install.process_settings import settings_used
from operations.whole_files import write_whole
from shared.settings import SERVICES, Settings

PREFIX = "lotsa"
INSTALLATION = Path("/installation")
SECRETS = Path("/secrets")
TLS = Path("/tls")
GIVEN = Path("/run/lotsa")
KEPT = Path("/kept/log-checkpoint")

# the certificate's public part: docker-compose.yml has each web process trust it
AUTHORITY = "ca.crt"
PROCESSES = ("web", "bus", "relay")
# where processes without a port say that they are ready is the image's own business
NOT_IN_CONTAINERS = ("LOTSA_VAR",)


def prepare() -> Settings:
    """Prepare everything, and return the installation's settings; prints each step. Raises Trouble."""
    made = prepared_installation()
    print("Keys, databases, roles, broker users")
    made.create()
    settings = made.settings()
    print("Tables")
    migrate_databases(settings)
    print("Exchanges and queues")
    declare_topology(settings)
    print("Certificate")
    make_certificate(TLS, _named("LOTSA_HOST"), f"id.{_named('LOTSA_HOST')}")
    print("What each process is given")
    hand_out(made)
    for service in SERVICES:
        _give_authority(service)
    return settings


def hand_out(made: Installation) -> None:
    """Write what each process is given, its keys as they are now: one that runs looks at its own again."""
    for service in SERVICES:
        for process in PROCESSES:
            _give(process, service, made.environment())


def prepared_installation() -> Installation:
    """The installation that this container has the administrators' passwords of."""
    host, port = _named("LOTSA_HOST"), _named("LOTSA_PORT")
    postgres = f"postgres:{quote(_secret('LOTSA_POSTGRES_PASSWORD_FILE'), safe='')}@postgres:5432"
    broker = f"lotsa-admin:{quote(_secret('LOTSA_RABBITMQ_PASSWORD_FILE'), safe='')}@rabbitmq"
    return Installation(
        PREFIX,
        INSTALLATION,
        Servers(f"postgresql+psycopg://{postgres}/postgres", f"amqp://{broker}:5672/%2F", f"http://{broker}:15672"),
        mode="production",
        public_url=f"https://{host}:{port}",
        extra={
            "LOTSA_OIDC_ISSUER": f"https://id.{host}:{port}",
            "LOTSA_OIDC_CLIENT_ID": "lotsa",
            "LOTSA_OIDC_CLIENT_SECRET_FILE": _named("LOTSA_OIDC_CLIENT_SECRET_FILE"),
            "LOTSA_TOKEN_ISSUER": f"https://id.{host}:{port}",
            "LOTSA_TOKEN_JWKS_FILE": "",
            "LOTSA_SMTP_URL": "smtp://mail:1025",
            "LOTSA_OPERATORS_EMAIL": "driften@example.se",
            "LOTSA_AUDIT_KEPT_CHECKPOINT": str(KEPT),
            # the proxy is one of the neighbours that the services have on Docker's own networks, and they have no other
            "LOTSA_TRUSTED_PROXIES": "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        },
    )


def _give(process: str, service: str, environment: dict[str, str]) -> None:
    """Write what one process is given: its settings in one file, and copies of the keys that they name."""
    folder = SECRETS / service / process
    used = settings_used(process, [service]).difference(NOT_IN_CONTAINERS)
    given = {name: value for name, value in environment.items() if name in used and value}
    for name in given:
        if name.endswith("_FILE"):
            source = Path(given[name])
            _write(folder / source.name, source.read_text())
            given[name] = str(GIVEN / source.name)
    _write(folder / "environment", "".join(f"{name}={value}\n" for name, value in given.items()))


def _give_authority(service: str) -> None:
    """The pages read tokens with keys that they fetch from the provider, whose certificate is of our own authority."""
    _write(SECRETS / service / "web" / AUTHORITY, (TLS / AUTHORITY).read_text())


def _write(path: Path, text: str) -> None:
    # whole or not at all: processes that run look at their keys again
    write_whole(path, text)


def _secret(name: str) -> str:
    return Path(_named(name)).read_text().strip()


def _named(name: str) -> str:
    return os.environ[name]
