"""Canaille, a real OpenID provider, in an environment of its own under ``var/`` (it brings its own Flask)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from tests.support.cast import FULL_NAME
from tests.support.eventually import eventually
from tests.support.serving import address_of, listening

CHECKOUT = Path(__file__).resolve().parents[3]
LOCK = CHECKOUT / "requirements/oidc.txt"
RUNNER = Path(__file__).with_name("run_canaille.py")


@dataclass(frozen=True)
class RealProvider:
    """Where it is, and the one user and client it knows."""

    issuer: str
    client_id: str = "lotsa"
    client_secret: str = "a-client-secret-of-tests-only"
    user: str = "alva"
    password: str = "correct-horse-battery-staple"
    name: str = FULL_NAME["alva"]


@contextmanager
def real_provider(redirect_uri: str, log: Path) -> Iterator[RealProvider]:
    """The provider, running until the block ends."""
    python = provider_python()
    with log.open("wb") as output, listening() as held:
        made = RealProvider(address_of(held))
        handed_over = str(held.fileno())
        words = [handed_over, made.client_id, made.client_secret, redirect_uri, made.user, made.password, made.name]
        process = subprocess.Popen(
            [python, str(RUNNER), *words], stdout=output, stderr=subprocess.STDOUT, pass_fds=[held.fileno()]
        )
        try:
            eventually(lambda: _answers(made.issuer, process), saying=f"Canaille did not answer; see {log}", within=60)
            yield made
        finally:
            process.kill()
            process.wait(timeout=10)


def _answers(issuer: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "Canaille ended before it answered"
    try:
        return requests.get(issuer + "/.well-known/openid-configuration", timeout=2).ok
    except requests.RequestException:
        return False


def provider_python() -> str:
    """The interpreter of the provider's own environment, made when its lock file is new. Skips without a network."""
    home = CHECKOUT / "var/test-tools" / f"canaille-{sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python = home / "bin/python"
    if not (home / "ready").exists():
        uv = [sys.executable, "-m", "uv"]
        try:
            subprocess.run([*uv, "venv", "-q", "--clear", "-p", sys.executable, str(home)], check=True, timeout=120)
            install = [*uv, "pip", "install", "-q", "--require-hashes", "-p", str(python), "-r", str(LOCK)]
            subprocess.run(install, check=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("Canaille cannot be installed here: the package index does not answer")
        (home / "ready").touch()
    return str(python)
