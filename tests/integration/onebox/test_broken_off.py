"""Whatever breaks off a start, and wherever: the next one works, and nothing is dropped but an unfinished seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from demo.one_machine import ports
from demo.one_machine.box import Box
from demo.one_machine.places import data_folder
from operations.checkout import CHECKOUT
from shared.settings import SERVICES

pytestmark = pytest.mark.timeout(1500)

STEPS = [
    "Programs of PostgreSQL",
    "PostgreSQL, private",
    "Databases, roles",
    "RabbitMQ, private",
    "Broker users",
    "Processes: bus and relay",
    "Seed",
    "Every event",
    "Processes: bus, relay",
]


@dataclass
class Begun:
    """A box that is started again and again."""

    var: Path
    port: int

    def run(self, *broken: str, within: float = 400) -> subprocess.CompletedProcess[str]:
        """Start it, with a small seed."""
        return self._python("tests.support.broken_off", str(self.port), *broken, within=within)

    def lotsa(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        return self._python("lotsa.cli", *words, within=120)

    def _python(self, module: str, *words: str, within: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=CHECKOUT,
            env={**os.environ, "LOTSA_VAR": str(self.var)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
        )


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    """In a folder whose name has a space and letters of more than a byte."""
    var = Path("/tmp") / f"lotsa åäö {os.getpid()}"
    var.mkdir(mode=0o755)
    fetched = data_folder() / "debian"
    if fetched.exists():
        (var / "debian").symlink_to(fetched)
    made = Begun(var, ports.free_ports(1)[0])
    try:
        yield made
    finally:
        made.lotsa("stop", "--remove-data")
        shutil.rmtree(var)


@pytest.mark.holds("a-start-follows-a-broken-one")
def test_each_start_that_broke_off_is_followed_by_one_that_comes_further(begun: Begun) -> None:
    """Interrupted at one step and killed at the next, through all of them on one box; at last one goes through.

    That it comes to the next step shows that the start before it left nothing that stops it.
    """
    for number, step in enumerate(STEPS):
        how = ("interrupt", "kill")[number % 2]
        done = begun.run(how, step)
        assert done.returncode == (-9 if how == "kill" else 130), (step, done.stdout + done.stderr)
        assert f"  {step}" in done.stdout
    done = begun.run()
    assert done.returncode == 0, done.stdout + done.stderr
    for service in SERVICES:
        ready = requests.get(f"http://127.0.0.1:{begun.port}/{service}/health/ready", timeout=10)
        assert ready.status_code == 200, service


@pytest.mark.holds("nothing-is-dropped-but-by-reset")
def test_keys_that_were_moved_away_stop_the_next_start(begun: Begun) -> None:
    """With a sentence for each; the databases are as they were, and with the keys back it starts."""
    begun.lotsa("stop")
    keys, away = begun.var / "box" / "keys", begun.var / "box" / "keys away"
    keys.rename(away)
    done = begun.run()
    assert done.returncode == 2, done.stdout + done.stderr
    assert "The master key “referral-1” of referral is missing" in done.stderr
    assert not keys.exists() or not (keys / "referral-master").exists()
    shutil.rmtree(keys, ignore_errors=True)
    away.rename(keys)
    (begun.var / "box" / "state.json").write_text('{"po')
    done = begun.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Seed" not in done.stdout


@pytest.mark.holds("nothing-is-dropped-but-by-reset")
def test_databases_that_were_moved_away_stop_it_too(begun: Begun) -> None:
    """An empty beginning beside a log that was signed would hide that something is gone."""
    begun.lotsa("stop")
    there, away = begun.var / "box" / "postgres", begun.var / "box" / "postgres away"
    there.rename(away)
    done = begun.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The databases of Lotsa are not in" in done.stderr
    shutil.rmtree(there)
    away.rename(there)
    password = there / "superuser-password"
    kept = password.read_bytes()
    password.unlink()
    done = begun.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert str(password) in done.stderr
    password.write_bytes(kept)
    password.chmod(0o600)


def test_other_code_than_what_runs_is_said_and_started_anew(begun: Begun) -> None:
    """After an update `make run` does not say that it runs already; two at once are one start."""
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.broken_off", str(begun.port)],
            cwd=CHECKOUT,
            env={**os.environ, "LOTSA_VAR": str(begun.var)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=400)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sum("It runs already" in each for each in said) == 1, said
    web = Box(begun.var).pid("web")
    state = begun.var / "box" / "state.json"
    state.write_text(state.read_text().replace(Box(begun.var).code, "0" * 12))
    done = begun.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Other code than what is here now runs" in done.stdout
    assert Box(begun.var).pid("web") not in (None, web)
