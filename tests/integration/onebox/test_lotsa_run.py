"""The whole demonstration, as `make run` starts it: ready when it says so, at home only, gone when stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import requests
from sqlalchemy import make_url

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.places import data_folder
from demo.seed.ids import HEALTH_CENTRES, PSYCHIATRIC_CLINICS
from operations.checkout import CHECKOUT
from services.referral.domain.lifecycle import TRANSITIONS
from shared.settings import SERVICES
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(1200)
FIRST_START_WITHIN = 900


@dataclass
class Demonstration:
    """A box in a folder of its own, and what its first start said."""

    var: Path
    port: int
    said: str = ""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def box(self) -> Box:
        """To look inside."""
        return Box(self.var)

    def rows(self, service: str, query: LiteralString) -> list[tuple[Any, ...]]:
        """What is in a service's database, seen by the superuser."""
        ours = make_url(self.box.database().url).set(drivername="postgresql", database=f"lotsa_{service}")
        with psycopg.connect(ours.render_as_string(hide_password=False)) as connection:
            return connection.execute(query).fetchall()

    def lotsa(self, *arguments: str, within: float = 120) -> subprocess.CompletedProcess[str]:
        """One `lotsa` command on it."""
        return subprocess.run(
            [sys.executable, "-m", "lotsa.cli", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "LOTSA_VAR": str(self.var)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
        )


@pytest.fixture(scope="module")
def demonstration() -> Iterator[Demonstration]:
    """Started for the first time, with its whole seed; stopped and removed at the end."""
    var = Path("/tmp") / f"lotsa-run-{os.getpid()}"
    var.mkdir(mode=0o755)
    fetched = data_folder() / "debian"
    if fetched.exists():
        # what the checkout has fetched once need not be fetched again
        (var / "debian").symlink_to(fetched)
    made = Demonstration(var, ports.free_ports(1)[0])
    try:
        started = made.lotsa("run", "--port", str(made.port), within=FIRST_START_WITHIN)
        assert started.returncode == 0, started.stdout + started.stderr
        made.said = started.stdout
        yield made
    finally:
        stopped = made.lotsa("stop", "--remove-data")
        assert not (var / "box").exists(), stopped.stderr
        shutil.rmtree(var)


def test_it_tells_address_logins_and_how_to_stop_when_all_is_done(demonstration: Demonstration) -> None:
    """One login per role, after every step; and at that moment every service is ready."""
    steps, _, told = demonstration.said.partition("Lotsa is ready: ")
    assert steps.count("done (") >= 7
    assert "failed" not in steps
    assert told.startswith(demonstration.url)
    for role in ("referrer", "adviser", "partner-editor", "auditor", "municipality-administrator"):
        assert told.count(f" {role} ") == 1, role
    assert "make stop" in told


def test_every_service_is_ready_and_nothing_is_parked(demonstration: Demonstration) -> None:
    """Pages answer, `status` is content, no event of the seed was given up."""
    for service in SERVICES:
        assert requests.get(f"{demonstration.url}/{service}/health/ready", timeout=10).status_code == 200, service
    assert requests.get(demonstration.url, timeout=10).status_code == 200
    assert demonstration.lotsa("status").returncode == 0
    parked = demonstration.lotsa("parked", "list")
    assert (parked.returncode, parked.stdout.splitlines()[-1]) == (0, "0 parked in all.")


def test_the_seed_is_a_year_of_some_six_hundred_referrals(demonstration: Demonstration) -> None:
    """In every state that can be reached, from every district, over a year; and the partners' hundred activities."""
    counted = demonstration.rows("referral", "SELECT state, count(*) FROM referrals GROUP BY state")
    assert {state for state, _ in counted} == {step.after for step in TRANSITIONS if step.offered}
    assert 550 <= sum(count for _, count in counted) <= 650
    [(days,)] = demonstration.rows("referral", "SELECT extract(day FROM now() - min(sent_at)) FROM referrals")
    assert 300 <= days < 366
    to = "SELECT count(DISTINCT receiving_unit_id) >= 11, count(DISTINCT referring_unit_id) FROM referrals"
    assert demonstration.rows("referral", to) == [(True, HEALTH_CENTRES + PSYCHIATRIC_CLINICS)]
    partners = "SELECT count(DISTINCT organization_id), count(*) FROM activities WHERE status = 'scheduled'"
    assert demonstration.rows("directory", partners) == [(20, 100)]


def test_the_log_of_the_seed_holds(demonstration: Demonstration) -> None:
    """Verified from outside, with the verifier that trusts one public key."""
    done = demonstration.lotsa("verify-audit", within=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The log holds" in done.stdout


@pytest.mark.parametrize(
    "header",
    [
        {"Host": "lotsa.example.org"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-Host": "lotsa.example.org"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=192.0.2.1"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/directory/login", "/api/referral/openapi.json"])
def test_whoever_comes_from_elsewhere_is_refused(
    demonstration: Demonstration, path: str, header: dict[str, str]
) -> None:
    """A foreign Host or a proxy in front means that others can reach it, and anybody may sign in here."""
    answer = requests.get(demonstration.url + path, headers=header, timeout=10, allow_redirects=False)
    assert answer.status_code in (400, 421)
    assert "lotsa_session" not in answer.cookies


@pytest.mark.holds("the-demo-listens-at-home")
def test_it_listens_on_this_machine_alone(demonstration: Demonstration) -> None:
    """Every socket of its processes, of the database's and of the broker's is on loopback."""
    listening = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True)
    if listening.returncode:
        pytest.skip("this machine has no ss to list sockets with")
    box = demonstration.box
    ours = {str(demonstration.port), str(box.database().port), *map(str, box.broker().ports())}
    places = [line.split()[3].rpartition(":") for line in listening.stdout.splitlines()]
    addresses = {address for address, _, port in places if port in ours}
    assert addresses <= {"127.0.0.1", "[::1]"}
    assert addresses


@pytest.mark.parametrize("name", ["web", "relay", "bus"])
def test_a_process_that_dies_is_started_again(demonstration: Demonstration, name: str) -> None:
    """The supervisor sees to it, and it becomes ready again."""
    before = demonstration.box.pid(name)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    eventually(
        lambda: demonstration.box.pid(name) not in (None, before),
        saying=f"{name} is started again after a kill",
        within=30,
    )
    eventually(
        lambda: demonstration.lotsa("status").returncode == 0, saying=f"{name} is ready again", within=90, every=1
    )


def test_asking_again_changes_nothing_and_a_second_start_finds_everything(demonstration: Demonstration) -> None:
    """`run` on what runs says so; after a stop nothing runs; the next start seeds nothing and has all there was."""
    again = demonstration.lotsa("run", "--port", str(demonstration.port))
    assert "runs already" in again.stdout
    box = demonstration.box
    stopped = demonstration.lotsa("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert ports.is_free(demonstration.port)
    assert not box.database().running()
    assert not box.broker().running()
    assert [box.pid(name) for name in ("supervisor", "web", "bus", "relay")] == [None] * 4
    before = box.broker().ports()
    with socket.socket() as other:
        # somebody has taken the broker's port meanwhile
        other.bind((ports.LOOPBACK, box.broker().port))
        other.listen()
        second = demonstration.lotsa("run", "--port", str(demonstration.port))
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Seed" not in second.stdout
    assert not set(box.broker().ports()) & set(before)
    assert demonstration.lotsa("status").returncode == 0
    token = demonstration.lotsa("demo-token", "adviser").stdout.strip()
    work = requests.get(
        f"{demonstration.url}/api/referral/v1/referrals", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert work.status_code == 200
    assert work.json()["items"]


def test_doctor_tells_what_is_away_and_what_to_do_and_that_helps(demonstration: Demonstration) -> None:
    """The broker stopped, supervisor and relay killed: each is named with its log, and `run` starts all of it again."""
    box = demonstration.box
    well = demonstration.lotsa("doctor")
    assert (well.returncode, well.stdout.strip()) == (0, "Nothing is wrong.")
    for name in ("supervisor", "relay"):
        pid = box.pid(name)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    box.broker().stop()

    def told() -> str:
        ill = demonstration.lotsa("doctor")
        assert ill.returncode == 1
        assert "bus runs, and is not ready" in ill.stdout
        return ill.stdout

    said = eventually(told, saying="doctor sees that the bus waits for the broker", within=90, every=1)
    for name, log in (
        ("RabbitMQ", "rabbitmq/rabbitmq.log"),
        ("supervisor", "logs/supervisor.log"),
        ("relay", "logs/relay.log"),
    ):
        assert f"{name} does not run. “make run” starts it again. Its log: {box.folder / log}" in said
        assert (box.folder / log).exists()
    assert "the broker is away" in said, "what the bus said at last"
    assert "PostgreSQL" not in said
    status = demonstration.lotsa("status")
    assert status.returncode == 1
    assert re.search(r"^  relay +does not run$", status.stdout, re.MULTILINE)
    again = demonstration.lotsa("run", "--port", str(demonstration.port))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "runs already" not in again.stdout
    assert demonstration.lotsa("doctor").stdout.strip() == "Nothing is wrong."
