"""What the product's own processes write when something is wrong: enough to find it by, and no secret."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from demo.one_machine import ports
from operations.checkout import CHECKOUT
from shared.settings import SERVICES
from shared.web.session.keys import make_session_keys
from tests.support.eventually import eventually

UNSEEN = "not-to-be-shown"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of an installation whose database and broker are away."""
    [away] = ports.free_ports(1)
    (tmp_path / "cookie-key").write_text("a-signing-key-that-only-tests-use-0123456789")
    make_session_keys(tmp_path / "session-private.json", tmp_path / "session-jwks.json")
    made = {
        "LOTSA_MODE": "test",
        "LOTSA_VAR": str(tmp_path),
        "LOTSA_SESSION_SIGNING_KEY_FILE": str(tmp_path / "session-private.json"),
        "LOTSA_SESSION_VERIFYING_KEYS_FILE": str(tmp_path / "session-jwks.json"),
        "LOTSA_OIDC_ISSUER": f"http://127.0.0.1:{away}",
        "LOTSA_OIDC_CLIENT_ID": "lotsa",
        "PATH": os.environ["PATH"],
    }
    for service in SERVICES:
        key = tmp_path / f"{service}-key"
        key.write_text(f"{service}-1:{base64.urlsafe_b64encode(bytes(32)).decode()}")
        made |= {
            f"LOTSA_{service.upper()}_DATABASE_URL": f"postgresql+psycopg://lotsa:{UNSEEN}@127.0.0.1:{away}/lotsa",
            f"LOTSA_{service.upper()}_BROKER_URL": f"amqp://lotsa:{UNSEEN}@127.0.0.1:{away}/",
            f"LOTSA_{service.upper()}_MASTER_KEY_FILE": str(key),
            f"LOTSA_{service.upper()}_COOKIE_KEY_FILE": str(tmp_path / "cookie-key"),
        }
    return made


@contextmanager
def running(words: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A process of the product, its log in a file."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], env=environment, cwd=CHECKOUT, stdout=file, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def lines(log: Path) -> list[dict[str, Any]]:
    """The log so far. Raises ValueError for a line that is not an object."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def answer(address: str) -> tuple[int, str]:
    """What a page answers, whatever it is; 0 while nobody does."""
    try:
        with urllib.request.urlopen(address, timeout=10) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def is_whole(line: dict[str, Any]) -> bool:
    """Whether a line says when, by which process, what kind of fault, and where in the code, and has a number."""
    datetime.fromisoformat(line["timestamp"])
    assert re.fullmatch("[0-9a-f]{8}", line["reference"])
    return bool(line["process"] and line["error"] and re.match(r"[\w./-]+\.py:[0-9]+", line["at"]))


@pytest.mark.holds("reference-in-the-log")
def test_a_pages_reference_is_found_in_the_log_of_the_process(environment: dict[str, str], tmp_path: Path) -> None:
    """A page that breaks down, a sign-in that fails and a check that is not ready: each in a line of its own."""
    [port] = ports.free_ports(1)
    log = tmp_path / "web.log"
    address = f"http://127.0.0.1:{port}"
    environment["LOTSA_PUBLIC_URL"] = address
    with running(["lotsa.web", "directory", "--bind", f"127.0.0.1:{port}"], environment, log):
        eventually(
            lambda: answer(f"{address}/directory/health/live")[0] == 200, saying="the process answers", within=60
        )
        told = [answer(f"{address}{path}") for path in ("/directory/services", "/directory/login")]
        ready, _ = answer(f"{address}/directory/health/ready")
    written = lines(log)
    references = [re.search(r'lotsa-reference">([0-9a-f]{8})<|<p>([0-9a-f]{8})</p>', page) for _, page in told]
    # database and provider are away
    assert ([status for status, _ in told], ready) == ([503, 503], 503)
    for (_, page), found in zip(told, references, strict=True):
        assert found is not None, page
        assert [is_whole(line) for line in written if line.get("reference") == (found[1] or found[2])][-1:] == [True]
    assert any(line["event"] == "not ready" and line["check"] and is_whole(line) for line in written)
    assert UNSEEN not in log.read_text()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("process", ["bus", "relay"])
def test_bus_and_relay_say_what_they_wait_for(
    environment: dict[str, str], tmp_path: Path, process: str, service: str
) -> None:
    """When, what kind of fault and where, as the web processes do."""
    log = tmp_path / "process.log"
    words = ["lotsa.bus", service] if process == "bus" else ["lotsa.relay", service]
    with running(words, environment, log):
        eventually(lambda: any("error" in line for line in lines(log)), saying="it says what is wrong", within=60)
    assert all(is_whole(line) for line in lines(log) if "error" in line)
    assert UNSEEN not in log.read_text()
