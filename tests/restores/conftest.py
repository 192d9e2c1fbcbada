"""A product under load, its backups, and what must be there when it has come back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from demo.one_machine.programs import postgres_programs
from lotsa.cli import app
from operations.backup.make import NAMED
from services.audit.log.entry import read_leaf
from services.audit.log.pack import unpack
from shared.storage.staff import TABLES
from tests.chaos.submitting import Clients
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product
from tests.support.tokens import token_of

CLIENTS = 3


@dataclass
class House:
    """One product through all its disasters.

    ``sent``: the referrals that were answered 201, and not named as lost. ``lost``: those that were named.
    ``held_by_nobody``: how many of those the log has lost as well since, and which only the directory still counts.
    """

    product: Running
    identity: Path
    backups: Path
    recipient: str
    sent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    held_by_nobody: int = 0

    def lotsa(self, *words: str) -> Result:
        """One `lotsa` command, as an operator of this installation gives it."""
        return CliRunner().invoke(app, words, env=self.product.installation.environment())

    def done(self, *words: str) -> str:
        """The same, and it must be done; what it said."""
        result = self.lotsa(*words)
        assert result.exit_code == 0, (words, result.output, result.exception)
        return result.output

    def ask(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What is in a service's database, seen by the superuser."""
        with self._as_superuser(f"{self.product.installation.prefix}_{service}") as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def lose(self, service: str) -> None:
        """The database is gone, whoever was connected to it."""
        name = f"{self.product.installation.prefix}_{service}"
        with self._as_superuser("postgres") as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]

    def backup(self) -> Path:
        """Taken while everything goes on; where it lies."""
        before = set(self.backups.glob(f"{NAMED}*"))
        self.done("backup", str(self.backups), "--recipient", self.recipient)
        [made] = set(self.backups.glob(f"{NAMED}*")) - before
        return made

    @contextmanager
    def under_load(self, within: float = 40) -> Iterator[Clients]:
        """Alva's systems send referrals all the while; what was answered 201 is kept in ``sent``."""
        token = token_of(self.product.settings, "alva")
        clients = Clients(self.product.port, token, count=CLIENTS)
        clients.start()
        try:
            eventually(lambda: answered(clients), saying="the load to go through", within=within)
            yield clients
        finally:
            clients.stop()
            self.sent |= answered(clients)

    def goes_through_again(self, clients: Clients, within: float = 60) -> None:
        """Wait until something that is begun from now on is answered."""
        before = answered(clients)
        eventually(lambda: answered(clients) - before, saying="the load to go through again", within=within)

    def nothing_is_lost_or_doubled(self) -> None:
        """Every referral once where it belongs, in every service; nothing parked, and the log holds."""
        self.product.everything_has_arrived()
        eventually(lambda: not self.missing(), saying="everything to come back", within=60)
        assert self.ask("notifications", TWICE_NOTIFIED) == []
        logged_once = self.logged("referral.sent.v1")
        assert len(logged_once) == len({each["data"]["referral_id"] for each in logged_once})
        [(logged,)] = self.ask("audit", "SELECT count(*) FROM log_entries WHERE type = 'referral.sent.v1'")
        [(counted,)] = self.ask("directory", "SELECT sum(count) FROM referral_counts WHERE step = 'sent'")
        assert counted == logged + self.held_by_nobody
        assert self.done("parked", "list").splitlines()[-1] == "0 parked in all."
        self.done("verify-audit", "--key", str(self.product.folder / "keys" / "log-verifying"))

    def missing(self) -> dict[str, set[str]]:
        """What was sent and is not where it belongs, by where."""
        found = {
            "referral": {str(row[0]) for row in self.ask("referral", "SELECT id FROM referrals")},
            "notifications": {str(row[0]) for row in self.ask("notifications", NOTIFIED)},
            "audit": {each["data"]["referral_id"] for each in self.logged("referral.sent.v1")},
        }
        return {where: self.sent - there for where, there in found.items() if self.sent - there}

    def copies(self, service: str) -> dict[str, list[tuple[Any, ...]]]:
        """What a service keeps of units, assignments and ended sessions; of the referral service, rules too."""
        tables = [*TABLES, *(["routing_sets"] if service == "referral" else [])]
        return {each: sorted(self.ask(service, f"SELECT * FROM {each}"), key=str) for each in tables}

    def alarms(self) -> list[tuple[Any, ...]]:
        """Open alarms."""
        return self.ask("audit", "SELECT kind, source, first, last FROM alarms WHERE closed_at IS NULL")

    def restores(self) -> list[dict[str, Any]]:
        """What the log says of restores, in order, each with what it commits to (by whom: ``user``)."""
        return [each["data"] | each["commitments"] for each in self.logged("service.restored.v1")]

    def logged(self, event_type: str) -> list[dict[str, Any]]:
        """What the log's entries of a type say, in order."""
        rows = self.ask("audit", "SELECT leaf FROM log_entries WHERE type = %s ORDER BY index", event_type)
        return [read_leaf(unpack(row[0])) for row in rows]

    def _as_superuser(self, database: str) -> psycopg.Connection[Any]:
        url = make_url(self.product.installation.servers.postgres_url)
        ours = url.set(drivername="postgresql", database=database)
        return psycopg.connect(ours.render_as_string(hide_password=False), autocommit=True)


NOTIFIED = "SELECT referral_id FROM notices WHERE template = 'new-referral-waits'"
TWICE_NOTIFIED = f"{NOTIFIED} GROUP BY referral_id HAVING count(*) > 1"


def answered(clients: Clients) -> set[str]:
    """The referrals that the clients know to have been received."""
    return {each.location.rpartition("/")[2] for each in clients.submissions if each.location}


@pytest.fixture(scope="module", autouse=True)
def postgres_programs_are_here() -> Iterator[None]:
    """A backup finds pg_dump and fetches none: on a machine that has none installed, the tests fetch it before."""
    if shutil.which("pg_dump"):
        yield
        return
    found = postgres_programs(DebianFolder(data_folder() / "debian"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment.items():
            patch.setenv(name, value)
        patch.setenv("PATH", os.pathsep.join([str(found.folder), os.environ["PATH"]]))
        yield


@pytest.fixture(scope="module")
def house(infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A product with the directory's seed, and a pair of keys for its backups."""
    with running_product(infrastructure) as product:
        folder = tmp_path_factory.mktemp("backups")
        result = CliRunner().invoke(app, ["backup-identity", str(folder / "identity")])
        assert result.exit_code == 0, result.output
        yield House(product, folder / "identity", folder / "all", result.output.strip())
