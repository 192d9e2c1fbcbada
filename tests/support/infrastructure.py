"""PostgreSQL and RabbitMQ for tests: found, or started and stopped again.

In this order: addresses in the environment (`LOTSA_TEST_POSTGRES_URL`, `LOTSA_TEST_AMQP_URL` and
`LOTSA_TEST_RABBITMQ_API`); containers if a Docker engine answers; Debian's programs; and for PostgreSQL the wheel,
which lacks ICU.
Every test session makes an installation of its own there (`new_installation`) and drops it afterwards.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text

from operations.install.installation import Installation, Servers
from operations.trouble import Trouble
from shared.web.limits import ALLOWED
from tests.support import servers_from_containers, servers_from_programs

POSTGRES = "LOTSA_TEST_POSTGRES_URL"
AMQP = "LOTSA_TEST_AMQP_URL"
RABBITMQ_API = "LOTSA_TEST_RABBITMQ_API"
# a session of tests asks from one address, as the same few people, more often than any office
UNMET = {"LOTSA_LIMITS": ",".join(f"{kind}=1000000/minute" for kind in ALLOWED)}


class NoInfrastructure(Exception):
    """Neither of the ways to PostgreSQL and RabbitMQ is open. The message tells what each of them said."""


@dataclass(frozen=True)
class Infrastructure:
    """Where the servers are, with an administrator's rights, and how they came about."""

    postgres_url: str = field(repr=False)
    amqp_url: str = field(repr=False)
    rabbitmq_api: str = field(repr=False)
    origin: str

    @property
    def servers(self) -> Servers:
        """The same, as deploy wants it."""
        return Servers(self.postgres_url, self.amqp_url, self.rabbitmq_api)

    @property
    def has_icu(self) -> bool:
        """Whether the database sorts å ä ö as Swedish does; tests of ordering say so and skip where it cannot."""
        return _has_icu(self.postgres_url)

    def environment(self) -> dict[str, str]:
        """The variables by which another process finds the same servers."""
        return {POSTGRES: self.postgres_url, AMQP: self.amqp_url, RABBITMQ_API: self.rabbitmq_api}


_started = ExitStack()
_found: list[Infrastructure] = []


def find_infrastructure() -> Infrastructure:
    """The servers, found once per process. Raises NoInfrastructure."""
    if not _found:
        _found.append(_find(os.environ))
    return _found[0]


def stop_infrastructure() -> None:
    """Stop what `find_infrastructure` started; what it only found is left alone."""
    _found.clear()
    _started.close()


@contextmanager
def new_installation(
    infrastructure: Infrastructure, *, mode: str = "test", extra: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """An installation under a prefix that nobody else uses, and whose limits no test meets, dropped at the end."""
    prefix = f"t{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix=f"lotsa-{prefix}-") as folder:
        more = {**UNMET, **(extra or {})}
        made = Installation(prefix, Path(folder), infrastructure.servers, mode, "http://127.0.0.1:8000", extra=more)
        try:
            made.create()
            yield made
        finally:
            made.drop()


def _find(environ: Mapping[str, str]) -> Infrastructure:
    given = [environ.get(name, "") for name in (POSTGRES, AMQP, RABBITMQ_API)]
    if all(given):
        return Infrastructure(*given, origin="the environment")
    if any(given):
        raise NoInfrastructure(f"{POSTGRES}, {AMQP} and {RABBITMQ_API} belong together: set all or none.")
    ways: list[tuple[str, Callable[[ExitStack], Servers]]] = [
        ("containers", servers_from_containers.start),
        ("Debian's programs", servers_from_programs.start),
    ]
    said = []
    for name, start in ways:
        attempt = ExitStack()
        try:
            servers = start(attempt)
        except Trouble as trouble:
            attempt.close()
            said.append(f"{name}: {trouble}")
            continue
        _started.push(attempt.pop_all())
        return Infrastructure(servers.postgres_url, servers.amqp_url, servers.rabbitmq_api, origin=name)
    raise NoInfrastructure("No PostgreSQL and RabbitMQ to test with. " + " ".join(said))


@cache
def _has_icu(postgres_url: str) -> bool:
    engine = create_engine(postgres_url)
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM pg_collation WHERE collname = 'sv-x-icu'")))
    finally:
        engine.dispose()
