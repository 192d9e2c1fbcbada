"""A taken port, a full disk, no network, a foreign address: a clear sentence each, and nothing half-started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.one_machine.debian import DebianFolder
from demo.one_machine.private_postgres import PrivatePostgres
from demo.one_machine.service_user import service_user
from operations.checkout import CHECKOUT
from operations.programs import Programs
from operations.trouble import NoNetwork, NoRoom, PortTaken, Trouble


def _lotsa(*arguments: str, var: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lotsa.cli", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "LOTSA_VAR": str(var), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder that the servers' user can enter too."""
    folder = Path("/tmp") / f"lotsa-var-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_taken_port_is_said_and_another_one_offered(var: Path) -> None:
    """Somebody else listens there: exit code and sentence; nothing of a box was made but the lock of its start."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        done = _lotsa("run", "--port", str(port), var=var)
    assert done.returncode == PortTaken.exit_code
    assert f"Port {port} on 127.0.0.1 is taken by another program." in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert [each.name for each in (var / "box").iterdir()] == ["starting.lock"]


def test_an_address_that_others_can_reach_is_refused(var: Path) -> None:
    """Demo mode binds to loopback alone."""
    done = _lotsa("run", "--bind", "0.0.0.0", var=var)
    assert done.returncode == Trouble.exit_code
    assert "on this machine alone" in done.stderr
    assert not (var / "box").exists()


def test_the_demonstration_cannot_be_switched_on_with_production_settings(var: Path) -> None:
    """An OpenID provider in the environment means real people."""
    done = _lotsa("run", var=var, LOTSA_MODE="production", LOTSA_OIDC_ISSUER="https://id.example.org")
    assert done.returncode == Trouble.exit_code
    assert "LOTSA_MODE=production, LOTSA_OIDC_ISSUER" in done.stderr
    assert not (var / "box").exists()


def test_a_command_on_a_machine_where_nothing_runs_says_so(var: Path) -> None:
    """No connection errors, no traceback."""
    for command in (["parked", "list"], ["demo-token", "referrer"], ["migrate"]):
        done = _lotsa(*command, var=var)
        assert done.returncode == Trouble.exit_code, done.stderr
        assert "Lotsa does not run on this machine" in done.stderr
    assert "never been started" in _lotsa("status", var=var).stdout


def test_without_a_network_nothing_is_left_half_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    """The package archive does not answer: a sentence, and the next try begins anew."""
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb http://127.0.0.1:{closed_port}/debian bookworm main\n")
    config = tmp_path / "apt.conf"
    config.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "/dev/null";\nAcquire::Retries "0";\n')
    monkeypatch.setenv("APT_CONFIG", str(config))
    debian = DebianFolder(tmp_path / "debian")
    with pytest.raises(NoNetwork, match="does not answer"):
        debian.get(["rabbitmq-server"], mark="broker")
    assert not debian.has("broker")


def test_on_a_full_disk_no_database_is_begun(small_disk: Path) -> None:
    """The sentence tells how much there is and how much is needed."""
    database = PrivatePostgres(small_disk / "postgres", Programs(Path("/nowhere")), service_user())
    with pytest.raises(NoRoom, match=r"has \d+ MB left; the database needs 300 MB"):
        database.start()
    assert not database.exists()


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes; only root can make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system can only be mounted by root, outside of sandboxes that forbid it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
