"""An installation with the listener's tables and topology, a relay, and bus processes on request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from operations.install.installation import Installation
from shared.contracts.referral import ReferralSent
from shared.kernel.identity import uuid7
from shared.messaging.inbox import create_inbox
from shared.messaging.publish.outbox import append, create_outbox, keep_epochs
from shared.messaging.publish.relay import Relay
from shared.messaging.publish.republication import create_republishing
from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.topology import declare
from shared.observability.health import is_ready
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import Told
from tests.integration.messaging.listener import SCHEMA, Listener
from tests.support.builders.events import referral_sent
from tests.support.eventually import eventually as at_last
from tests.support.infrastructure import Infrastructure, new_installation

ROOT = Path(__file__).resolve().parents[3]

# a busy machine starts a process in half a minute; bounds on time are asserted by the chaos run only
eventually = partial(at_last, within=60)


@dataclass(frozen=True)
class House:
    """What the tests of this room share."""

    installation: Installation
    publisher: Engine
    listener: Engine

    def send(self, *priorities: str, engine: Engine | None = None, correlation_id: UUID | None = None) -> list[UUID]:
        """Commit one event per priority to the publisher's outbox; returns the referrals' ids."""
        events = [an_order(priority) for priority in priorities]
        with (engine or self.publisher).begin() as connection:
            journey = correlation_id or uuid7()
            told = [Told(event, journey) for event in events]
            append(connection, told, occurred_at=datetime.now(UTC))
        return [event.referral_id for event in events]

    def effects(self, subject: UUID) -> int:
        """How often an event's effect is in the listener's database."""
        return int(self.ask("SELECT count(*) FROM effects WHERE subject = :id", id=subject))

    def ask(self, statement: str, *, of: str = "listener", **values: object) -> Any:
        """One value from a database."""
        with (self.listener if of == "listener" else self.publisher).connect() as connection:
            return connection.execute(text(statement), values).scalar()

    def relay(self, **how: Any) -> Relay:
        """A relay of the publisher."""
        settings = self.installation.settings()
        how.setdefault("broker_url", settings.service("referral").broker_url)
        return Relay(self.publisher, publisher="referral", installation="test", **how)

    @contextmanager
    def relaying(self, **how: Any) -> Iterator[Relay]:
        """A relay at work in a thread."""
        relay, stop = self.relay(**how), threading.Event()
        thread = threading.Thread(target=relay.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            stop.set()
            thread.join(30)
            assert not thread.is_alive(), "the relay did not stop"

    @contextmanager
    def bus(self, *services: str, ready: bool = True, **environment: str) -> Iterator[BusProcess]:
        """A bus process, killed at the end if it still runs."""
        process = BusProcess(
            self.installation, services or ("tests.integration.messaging.listener:Listener",), environment
        )
        try:
            if ready:
                process.wait_until_ready()
            yield process
        finally:
            process.kill()


class BusProcess:
    """``python -m shared.messaging.receive.run_bus`` with its log in a file."""

    def __init__(self, installation: Installation, services: tuple[str, ...], environment: dict[str, str]) -> None:
        name = uuid4().hex[:8]
        self.ready_file = installation.folder / f"{name}.ready"
        self.log_file = installation.folder / f"{name}.log"
        variables = {**os.environ, **installation.environment(), **environment, "PYTHONPATH": str(ROOT)}
        self._log = self.log_file.open("wb")
        command = [
            sys.executable,
            "-m",
            "shared.messaging.receive.run_bus",
            "--ready-file",
            str(self.ready_file),
            *services,
        ]
        self.process = subprocess.Popen(command, env=variables, stderr=self._log, stdout=self._log, cwd=ROOT)

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self.log_file.read_text()

    def wait_until_ready(self, within: float = 90) -> None:
        """Return when it consumes."""
        eventually(lambda: is_ready(self.ready_file, pid=self.process.pid), saying="the bus was ready", within=within)

    def stop(self) -> int:
        """SIGTERM, and its exit status. Raises TimeoutExpired after 60 s."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """SIGKILL, as a machine that loses its power."""
        self.process.kill()
        self.process.wait(10)
        self._log.close()


def an_order(priority: str = "normal") -> ReferralSent:
    """An event whose priority tells the listener what to do."""
    now = datetime.now(UTC)
    return referral_sent(uuid4(), [uuid4()], priority=priority, occurred_at=now, acknowledge_by=now)


@pytest.fixture(scope="session")
def house(infrastructure: Infrastructure) -> Iterator[House]:
    """An installation of this room's own: only the listener listens."""
    with new_installation(infrastructure) as installation:
        settings = installation.settings()
        for service in SERVICES:
            create_tables(settings.service(service).owner_database_url, f"{installation.prefix}_{service}_app")
        declare(settings.admin_broker_url, SERVICES, subscriptions_of(Listener))
        publisher = make_engine(settings.service("referral").database_url)
        listener = make_engine(settings.service("audit").database_url)
        yield House(installation, publisher, listener)
        publisher.dispose()
        listener.dispose()


def create_tables(owner_url: str, app_role: str) -> None:
    """Make outbox, inbox and the listener's tables, as a migration would."""
    engine = make_engine(owner_url)
    with engine.begin() as connection:
        op = SimpleNamespace(execute=lambda statement: connection.execute(text(statement)))
        create_outbox(op)
        keep_epochs(op)
        create_republishing(op, f'"{app_role}"')
        create_inbox(op)
        connection.execute(text(SCHEMA))
        connection.execute(text(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{app_role}"'))
    engine.dispose()


@pytest.fixture(autouse=True)
def _nothing_left_for_the_next(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test left in the publisher's outbox, sent, unsent or changed by hand, is not the next one's."""
    yield
    if "house" in request.fixturenames:
        with request.getfixturevalue("house").publisher.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))


@pytest.fixture(scope="module")
def at_work(house: House) -> Iterator[BusProcess]:
    """A relay and a bus at work for all tests of a module."""
    with house.relaying(), house.bus() as bus:
        yield bus


@pytest.fixture
def each_effect_once(house: House) -> Callable[[list[UUID]], None]:
    """Wait until every event has its effect, and see that none has two."""

    def check(subjects: list[UUID], within: float = 60) -> None:
        eventually(
            lambda: all(house.effects(each) for each in subjects), saying="every event was carried out", within=within
        )
        assert [house.effects(each) for each in subjects] == [1] * len(subjects)

    return check
