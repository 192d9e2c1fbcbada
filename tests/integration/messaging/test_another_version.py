"""An update beside what runs: a process whose code and database are of two versions does nothing, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_database
from services.referral.web import create_app as referral_app
from services.referral.web.page import EXTENSION
from shared.messaging.publish.outbox import append
from shared.messaging.publish.relay import Relay
from shared.settings import SERVICES
from shared.storage import schema
from shared.storage.engine import make_engine
from shared.storage.schema import DatabaseIsNewer, DatabaseIsOlder, OneVersion, check_version, known_steps
from shared.storage.unit_of_work import Told
from tests.integration.messaging.conftest import ROOT, an_order, eventually
from tests.support.four_apps import four_apps
from tests.support.infrastructure import Infrastructure, new_installation

STEPS = known_steps("referral")
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def made(infrastructure: Infrastructure) -> Iterator[Installation]:
    """An installation whose referral database has been brought to this version."""
    with new_installation(infrastructure) as installation:
        migrate_database(installation.settings(), "referral")
        declare_topology(installation.settings())
        yield installation


@pytest.fixture
def engine(made: Installation) -> Iterator[Engine]:
    """As the application's role."""
    found = make_engine(made.settings().service("referral").database_url)
    yield found
    found.dispose()


@contextmanager
def of_step(made: Installation, step: str) -> Iterator[None]:
    """The database says that it is of that step; of ours again afterwards."""
    owner = make_engine(made.settings().service("referral").owner_database_url)

    def says(number: str) -> None:
        with owner.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    try:
        says(step)
        yield
    finally:
        says(STEPS[-1])
        owner.dispose()


def test_the_steps_are_known_by_their_files() -> None:
    """From the first on, in order."""
    assert STEPS[0] == "0001"
    assert [int(each) for each in STEPS] == list(range(1, len(STEPS) + 1))


def test_each_is_told_what_to_do(made: Installation, engine: Engine) -> None:
    """Older: migrate. Newer: start the newer code. Of this version: nothing is said."""
    with engine.connect() as connection:
        check_version("referral", connection)
    with (
        of_step(made, STEPS[-2]),
        engine.connect() as connection,
        pytest.raises(DatabaseIsOlder, match="lotsa migrate"),
    ):
        check_version("referral", connection)
    with of_step(made, "9999"), engine.connect() as connection, pytest.raises(DatabaseIsNewer, match="newer code"):
        check_version("referral", connection)


def test_a_database_of_before_that_could_be_asked_is_older(made: Installation, engine: Engine) -> None:
    """0.1 let no process read of which version it is; `lotsa migrate` does."""
    settings = made.settings().service("referral")
    owner = make_engine(settings.owner_database_url)
    with owner.begin() as connection:
        connection.execute(text(f'REVOKE SELECT ON alembic_version FROM "{made.prefix}_referral_app"'))
    with engine.connect() as connection, pytest.raises(DatabaseIsOlder):
        check_version("referral", connection)
    migrate_database(made.settings(), "referral")
    with engine.connect() as connection:
        check_version("referral", connection)
    owner.dispose()


@pytest.mark.holds("no-two-versions-at-once")
@pytest.mark.parametrize("step", [STEPS[-2], "9999"])
def test_a_relay_waits_until_both_are_of_one_version(made: Installation, engine: Engine, step: str) -> None:
    """What is told meanwhile waits, unnumbered, and goes out when the database has been migrated."""
    relay = Relay(engine, made.settings().service("referral").broker_url, "referral", made.prefix)
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=(stop,), daemon=True)
    with of_step(made, step):
        with engine.begin() as connection:
            append(connection, [Told(an_order(), uuid4())], occurred_at=datetime.now(UTC))
        thread.start()
        eventually(lambda: relay._episode._times > 1, saying="the relay has tried, and again")
        assert waiting(engine) == 1
    eventually(lambda: waiting(engine) == 0, saying="it is sent")
    stop.set()
    thread.join(30)


def test_a_relay_that_was_there_before_stands_down(made: Installation, engine: Engine) -> None:
    """It looks once a minute, which it believes to be over."""
    relay = Relay(engine, made.settings().service("referral").broker_url, "referral", made.prefix)
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        relay.round(connection)
        with of_step(made, "9999"):
            relay.round(connection)
            relay._next_sweep = 0.0
            with pytest.raises(DatabaseIsNewer):
                relay.round(connection)


@pytest.mark.holds("no-two-versions-at-once")
@pytest.mark.parametrize("step", [STEPS[-2], "9999"])
def test_a_bus_does_not_begin(made: Installation, step: str) -> None:
    """It ends with 1 and a sentence in its log; whoever watches over it starts it again, until it may."""
    with of_step(made, step):
        done = subprocess.run(
            [sys.executable, "-m", "shared.messaging.receive.run_bus", "services.referral.service:Referral"],
            env={**os.environ, **made.environment(), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 1, done.stderr
    assert "the bus does not begin" in done.stderr
    assert f"step {step}" in done.stderr


@pytest.mark.holds("no-two-versions-at-once")
@pytest.mark.parametrize("step", [STEPS[-2], "9999"])
def test_a_bus_that_was_there_before_ends(made: Installation, step: str) -> None:
    """It looks a few times a minute; whoever watches over it starts it again."""
    begin = (
        "import sys, shared.messaging.receive.run_bus as bus; bus.LOOK_AT_VERSION_EVERY = 0.3;"
        "sys.exit(bus.main(['services.referral.service:Referral']))"
    )
    ready = made.settings().var / "run" / "bus.ready"
    process = subprocess.Popen(
        [sys.executable, "-c", begin],
        env={**os.environ, **made.environment(), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(ready.exists, saying="the bus is ready")
        with of_step(made, step):
            _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1, said
    assert "the bus ends" in said
    assert f"step {step}" in said


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions are asked for with each request."""
    monkeypatch.setattr(schema, "ASK_EVERY", 0.0)


@pytest.mark.holds("no-two-versions-at-once", "an-update-saves-nothing")
@pytest.mark.parametrize("step", [STEPS[-2], "9999"])
def test_web_answers_nothing_but_that_it_is_being_updated(
    made: Installation, looking: None, request: pytest.FixtureRequest, step: str
) -> None:
    """In words on a page, as a problem by API, and as not ready; and goes on by itself when both are of one version."""
    app = referral_app(made.settings())
    request.addfinalizer(app.extensions[EXTENSION].engine.dispose)
    client = app.test_client()
    ready, page, api = "/referral/health/ready", "/referral/new", "/api/referral/v1/referrals"
    assert client.get(ready, base_url=HERE).json["checks"]["version"] == "ok"
    with of_step(made, step):
        told = client.get(ready, base_url=HERE)
        assert (told.status_code, told.json["checks"]["version"]) == (503, "failed")
        shown = client.get(page, base_url=HERE)
        assert shown.status_code == 503
        assert "Lotsa uppdateras just nu</h1>" in shown.text
        assert "Försök igen</a>" in shown.text
        assert shown.headers["Retry-After"] == "5"
        problem = client.post(api, base_url=HERE, json={})
        assert (problem.status_code, problem.json["type"]) == (503, "urn:lotsa:problem:of-another-version")
        assert client.get("/referral/health/live", base_url=HERE).status_code == 200
    assert client.get(page, base_url=HERE).status_code != 503
    assert client.get(api, base_url=HERE).status_code == 401


def test_every_services_web_looks(tmp_path: Path) -> None:
    """One that forgot would go on beside its database."""
    for service, app in zip(SERVICES, four_apps(tmp_path / "keys"), strict=True):
        told = app.test_client().get(f"/{service}/health/ready", base_url=HERE)
        assert "version" in told.json["checks"], service


def test_a_database_that_is_away_is_of_no_version(made: Installation, looking: None) -> None:
    """What was found before counts until it answers again; what needs no database is answered."""
    engine = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    OneVersion("referral", engine).check()
    engine.dispose()


def waiting(engine: Engine) -> int:
    """How many events have not been sent."""
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")).scalar_one())
