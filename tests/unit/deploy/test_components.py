"""A part with a known weakness is told as past its time when it is, and silence is never taken for a clean answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from demo.one_machine import ports
from operations.checkout import CHECKOUT
from tools import components
from tools.components import WITHIN, examine, known, locked

TODAY = date(2026, 11, 30)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One that locks two Python packages and one of npm."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/run.txt").write_text("jinja2==3.0.0 \\\n    --hash=sha256:00\npsycopg[binary]==3.1\n")
    (tmp_path / "requirements/accepted.toml").write_text("renewed = 2026-11-01\n")
    packages = {"": {"name": "lotsa"}, "node_modules/@fontsource/sans": {"version": "5.0.0"}}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    return tmp_path


@contextmanager
def advisories(*told: dict[str, Any], of: str = "jinja2", short: bool = False) -> Iterator[str]:
    """Somebody who knows advisories of a package, and speaks as OSV does; `short`: who leaves somebody out."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            vulns = {"vulns": [{"id": each["id"], "modified": "2026-01-01T00:00:00Z"} for each in told]}
            results = [vulns if each["package"]["name"] == of else {} for each in asked]
            self._say({"results": results[: 1 if short else None]})

        def do_GET(self) -> None:
            self._say(next(each for each in told if self.path == f"/v1/vulns/{each['id']}"))

        def _say(self, said: object) -> None:
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: object) -> None:
            """Nothing is written."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(timeout=10)


def advisory(number: str = "GHSA-1", severity: str = "HIGH", days: int = 0, **more: object) -> dict[str, Any]:
    """One as OSV tells it, published so many days ago."""
    published = f"{TODAY - timedelta(days=days)}T08:00:00Z"
    return {"id": number, "published": published, "database_specific": {"severity": severity}, **more}


def test_what_is_locked_is_found(checkout: Path) -> None:
    """Of every lock, and of this checkout's own; names with extras and scopes too."""
    assert [str(each) for each in locked(checkout)] == ["jinja2 3.0.0", "psycopg 3.1", "@fontsource/sans 5.0.0"]
    assert len(locked()) > 100


def test_none_is_known(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, and said."""
    with advisories() as ask:
        assert examine(checkout, ask, TODAY) == 0
    assert "None has a known weakness." in capsys.readouterr().out


@pytest.mark.parametrize("severity", [*WITHIN, ""])
def test_each_severity_has_its_time(severity: str, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the last day it is in time, on the next it is not; what nobody has judged is held to be of the worst."""
    days = WITHIN.get(severity, WITHIN["CRITICAL"])
    for since, code, says in ((days, 0, "in time"), (days + 1, 1, "PAST ITS TIME")):
        with advisories(advisory(severity=severity, days=since)) as ask:
            assert examine(checkout, ask, TODAY) == code
        assert says in capsys.readouterr().out


def test_advisories_of_one_weakness_are_one(checkout: Path) -> None:
    """Known since the first of them, and as bad as the worst says; one that was withdrawn is none."""
    told = (
        advisory("PYSEC-1", "", 20, aliases=["CVE-1"]),
        advisory("GHSA-1", "MODERATE", 3, aliases=["CVE-1"]),
        advisory("GHSA-2", "LOW", 3),
        advisory("GHSA-3", "CRITICAL", 99, withdrawn="2026-11-01T00:00:00Z"),
    )
    with advisories(*told) as ask:
        first, second = known(locked(checkout), ask)
    assert (first.numbers, first.severity) == ({"PYSEC-1", "GHSA-1", "CVE-1"}, "MODERATE")
    assert (TODAY - first.published).days == 20
    assert second.numbers == {"GHSA-2"}


def test_one_may_stay_for_a_reason_and_until_a_day(checkout: Path) -> None:
    """Under any of its numbers; from the day after it is past its time like others."""
    file = checkout / "requirements/accepted.toml"
    with advisories(advisory(days=400, aliases=["CVE-7"])) as ask:
        for until, code in ((TODAY, 0), (TODAY - timedelta(days=1), 1)):
            file.write_text(
                f'renewed = 2026-11-01\n[[weakness]]\nnumber = "CVE-7"\nreason = "not used"\nuntil = {until}\n'
            )
            assert examine(checkout, ask, TODAY) == code


def test_a_lock_that_has_grown_old_is_told(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any known weakness too."""
    (checkout / "requirements/accepted.toml").write_text("renewed = 2026-08-31\n")
    with advisories() as ask:
        assert examine(checkout, ask, TODAY) == 1
    assert "make renewed-requirements" in capsys.readouterr().out


@pytest.mark.holds("silence-is-no-clean-answer")
def test_silence_is_no_clean_answer(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody there, or one who leaves some out: it could not be found out, and nothing says that all is well."""
    assert examine(checkout, f"http://127.0.0.1:{ports.free_ports(1)[0]}", TODAY) == 2
    with advisories(short=True) as ask:
        assert examine(checkout, ask, TODAY) == 2
    said = capsys.readouterr().out
    assert said.count("could not be found out") == 2
    assert "None has" not in said


def test_the_times_are_those_that_are_written_down() -> None:
    """SECURITY.md's table, by severity, and the lock's own age; the day that the lock names is no day to come."""
    written = (CHECKOUT / "SECURITY.md").read_text()
    told = {
        each.upper(): int(days) for each, days in re.findall(r"^\| (\w+) .*\| (\d+) days \|$", written, re.MULTILINE)
    }
    assert told.pop("NONE") == components.RENEWED_WITHIN
    assert told.pop("UNJUDGED") == WITHIN["CRITICAL"]
    assert told == WITHIN
    assert components.accepted(CHECKOUT, TODAY) == set()
