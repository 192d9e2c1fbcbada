"""Submit → accept → told → proved, by API, through four services, a real broker and a real database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from operations.checkout import CHECKOUT
from tests.bench.referrals import body
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

REFERRALS = "/api/referral/v1/referrals"


@pytest.fixture(scope="module")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """The whole product, running."""
    with running_product(infrastructure) as running:
        yield running


def test_a_referral_goes_all_the_way(product: Running, tmp_path: Path) -> None:
    """Alva sends, Bo accepts and closes, both units are told, Ester sees the trail, an outsider verifies the log."""
    sent = product.ask("alva", "POST", REFERRALS, body(1), Idempotency_Key=str(uuid4()))
    assert sent.status_code == 201, sent.text
    where = sent.headers["Location"]

    opened = product.ask("bo", "GET", where)
    assert opened.status_code == 200, opened.text
    assert "accept" in opened.json()["actions"]
    accepted = product.ask("bo", "POST", f"{where}/accept", {}, If_Match=opened.headers["ETag"])
    assert accepted.status_code == 200, accepted.text
    seen = product.ask("alva", "GET", where)
    assert seen.json()["state"] == "accepted"

    def told(who: str) -> set[str]:
        notices = product.ask(who, "GET", "/api/notifications/v1/notices").json()["items"]
        return {notice["template"] for notice in notices if notice["status"] == "sent"}

    eventually(lambda: "new-referral-waits" in told("bo"), saying="Bo's unit to be told", within=30)
    eventually(lambda: told("alva"), saying="Alva's unit to be told", within=30)

    product.everything_has_arrived()
    consent = sent.json()["consents"][0]["id"]
    trail = product.ask("ester", "GET", f"/api/audit/v1/consents/{consent}/trail")
    assert trail.status_code == 200, trail.text
    steps = trail.json()["steps"]
    assert steps[0]["type"] == "consent.given.v1"
    readings = [step for step in steps if step["type"] == "access.recorded.v1" and step["action"] == "read"]
    assert any(step["role"] == "adviser" and consent in step["consents"] for step in readings)
    assert all(step["why"] for step in readings)

    export = product.ask("ester", "GET", "/api/audit/v1/log/export")
    assert export.status_code == 200
    file = tmp_path / "lotsa-log.zip"
    file.write_bytes(export.content)
    verified = verify(file, product.ask("ester", "GET", "/api/audit/v1/log").json()["keys"][0])
    assert verified.returncode == 0, verified.stdout + verified.stderr


def verify(export: Path, key: str) -> subprocess.CompletedProcess[str]:
    """The lonely verifier's answer, in a process that can import nothing of ours."""
    program = [sys.executable, "-I", str(CHECKOUT / "services/audit/verify.py"), str(export), "--key", key]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)


def test_another_district_sees_nothing(product: Running) -> None:
    """Cilla is answered as for an id that does not exist."""
    sent = product.ask("alva", "POST", REFERRALS, body(2), Idempotency_Key=str(uuid4()))
    stranger = product.ask("cilla", "GET", sent.headers["Location"])
    unknown = product.ask("cilla", "GET", f"{REFERRALS}/{uuid4()}")
    assert (stranger.status_code, unknown.status_code) == (404, 404)
    assert stranger.json() == unknown.json()
