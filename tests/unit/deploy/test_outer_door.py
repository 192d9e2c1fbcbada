"""The certificate at the outer door is watched before it ends, and a wrong one is not put in place."""

from __future__ import annotations

import io
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from sqlalchemy.exc import OperationalError

from demo.one_machine import ports
from operations.check_up import check_up
from operations.check_up.check_up import examine_installation
from operations.check_up.outer_door import about_the_outer_door, life_at_the_outer_door
from operations.check_up.prometheus import tell_prometheus
from operations.checkout import CHECKOUT
from operations.install.own_certificate import make_certificate
from operations.put_certificate import put_certificate
from operations.trouble import Trouble
from shared.kernel.clock import SystemClock
from shared.settings import Settings

HOST = "localhost"
DAY = timedelta(days=1)


def settings_at(port: int, scheme: str = "https") -> Settings:
    """An installation whose people come in there."""
    told = {"MODE": "test", "PUBLIC_URL": f"{scheme}://{HOST}:{port}", "INSTALLATION": "lotsa"}
    return Settings.from_environment({f"LOTSA_{name}": value for name, value in told.items()})


@contextmanager
def door(folder: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: Path | None = None) -> Iterator[Settings]:
    """A server that shows the certificate in a folder; this machine trusts its authority, or another's."""
    monkeypatch.setenv("SSL_CERT_FILE", str((trusted or folder) / "ca.crt"))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "server.crt", folder / "server.key")

    class Quiet(HTTPServer):
        def handle_error(self, *given: object) -> None:
            """Whoever does not like the certificate hangs up."""

    with Quiet(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        server.socket = shown.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield settings_at(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(timeout=10)


def now() -> datetime:
    """The moment."""
    return SystemClock().now()


@pytest.mark.parametrize(
    ("life", "in_days", "rings"),
    [
        (90 * DAY, 0, False),
        (90 * DAY, 68, False),
        (90 * DAY, 70, True),
        (6 * DAY, 4, False),
        (6 * DAY, 5, True),
        (825 * DAY, 803, False),
        (825 * DAY, 805, True),
    ],
    ids=str,
)
def test_one_that_was_not_renewed_is_told_before_it_ends(
    life: timedelta, in_days: int, rings: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a quarter of its life, or three weeks: a client that renews by itself has done so before."""
    make_certificate(tmp_path, HOST, life=life)
    with door(tmp_path, monkeypatch) as settings:
        found = list(about_the_outer_door(settings, now() + in_days * DAY))
    assert bool(found) is rings
    assert all("was not renewed" in each for each in found)


def test_one_that_has_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the time that is now, and no other."""
    make_certificate(tmp_path, HOST, life=-timedelta(minutes=10))
    with door(tmp_path, monkeypatch) as settings:
        [found] = about_the_outer_door(settings, now())
    assert "has expired" in found


def test_one_that_nobody_vouches_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an authority that this machine does not trust, as the trial's own is to everybody else."""
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
        make_certificate(tmp_path / name, HOST)
    with door(tmp_path / "here", monkeypatch, trusted=tmp_path / "elsewhere") as settings:
        [found] = about_the_outer_door(settings, now())
    assert "no authority vouches for" in found


def test_one_for_another_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is that of LOTSA_PUBLIC_URL."""
    make_certificate(tmp_path, "lotsa.example.se")
    with door(tmp_path, monkeypatch) as settings:
        [found] = about_the_outer_door(settings, now())
    assert "for another name" in found


def test_a_door_that_cannot_be_reached_is_not_taken_for_well() -> None:
    """Nobody knows, and that is said; on one box there is no such door."""
    port = ports.free_ports(1)[0]
    [found] = about_the_outer_door(settings_at(port), now())
    assert "could not be reached" in found
    assert list(about_the_outer_door(settings_at(port, "http"), now())) == []


def test_doctor_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what else is wrong; it is not well then."""
    make_certificate(tmp_path, HOST, life=timedelta(minutes=1))
    said = Console(file=io.StringIO(), soft_wrap=True)
    with door(tmp_path, monkeypatch) as settings:
        assert examine_installation(settings, said) is False
    assert isinstance(said.file, io.StringIO)
    assert "was not renewed" in said.file.getvalue()


@pytest.mark.holds("a-certificates-end-is-told")
@pytest.mark.parametrize("life", [90 * DAY, 6 * DAY, -timedelta(minutes=10)], ids=str)
def test_prometheus_is_told_when_it_ends(life: timedelta, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of one that has ended, which nobody vouches for any more: and when it should have been renewed."""
    make_certificate(tmp_path, HOST, life=life)
    file = tmp_path / "lotsa.prom"
    with door(tmp_path, monkeypatch) as settings:
        monkeypatch.setattr(check_up, "about_the_keys", lambda _settings: iter(()))
        monkeypatch.setattr(check_up, "_on_their_way", lambda _settings: iter(()))
        monkeypatch.setattr(check_up, "_hearing", lambda _settings: iter(()))
        monkeypatch.setattr(check_up, "_in_the_log", lambda _settings: iter(["Something."]))
        examine_installation(settings, Console(file=io.StringIO()), file)
        shown = life_at_the_outer_door(settings)
    assert shown is not None
    assert abs(shown.ends - now() - life) < timedelta(minutes=5)
    told = values(file)
    assert told["lotsa_certificate_ends_timestamp_seconds"] == shown.ends.timestamp()
    assert told["lotsa_certificate_renewal_due_timestamp_seconds"] == shown.renewal_due.timestamp()
    assert told["lotsa_doctor_findings"] == (2 if life < timedelta() else 1)
    assert abs(told["lotsa_doctor_looked_at_timestamp_seconds"] - now().timestamp()) < 300


def test_what_doctor_could_not_look_at_is_not_told_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is told of; that it has looked is not, so that its silence rings."""
    make_certificate(tmp_path, HOST)
    file = tmp_path / "lotsa.prom"

    def away(_settings: Settings) -> Iterator[str]:
        raise OperationalError("", None, Exception())

    with door(tmp_path, monkeypatch) as settings:
        monkeypatch.setattr(check_up, "about_the_keys", away)
        with pytest.raises(OperationalError):
            examine_installation(settings, Console(file=io.StringIO()), file)
    assert set(values(file)) == {
        "lotsa_certificate_ends_timestamp_seconds",
        "lotsa_certificate_renewal_due_timestamp_seconds",
    }


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """In a sentence; Prometheus keeps what it had."""
    with pytest.raises(Trouble, match="Prometheus is not told"):
        tell_prometheus(tmp_path / "no/such/folder.prom", now(), 0)


def values(file: Path) -> dict[str, float]:
    """What a file tells, by name, whatever the labels."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return {line.partition(" ")[0].partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that an ACME client has fetched, of an authority that is trusted, beside the one in use."""
    for name in ("fetched", "tls"):
        (tmp_path / name).mkdir()
    make_certificate(tmp_path / "fetched", HOST, life=90 * DAY)
    make_certificate(tmp_path / "tls", HOST, life=DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fetched/ca.crt"))
    return tmp_path / "fetched"


def put(fetched: Path, certificate: str = "server.crt", key: str = "server.key", host: Settings | None = None) -> str:
    """Put it in place; returns what is said."""
    said = Console(file=io.StringIO(), soft_wrap=True)
    put_certificate(host or settings_at(443), fetched / certificate, fetched / key, fetched.parent / "tls", said)
    assert isinstance(said.file, io.StringIO)
    return said.file.getvalue()


def test_a_right_one_is_put_in_place(fetched: Path) -> None:
    """Both files, for the proxy's user alone, and what to do then is said."""
    assert "nginx -s reload" in put(fetched)
    for name in ("server.crt", "server.key"):
        there = fetched.parent / "tls" / name
        assert there.read_bytes() == (fetched / name).read_bytes()
        assert there.stat().st_mode & 0o077 == 0
    assert not list((fetched.parent / "tls").glob("*.new"))


@pytest.mark.holds("a-wrong-certificate-is-not-taken")
def test_a_wrong_one_is_not(fetched: Path) -> None:
    """Another's key, another name, nobody's authority, one that has ended, or no certificate: what was there stays."""
    before = {each.name: each.read_bytes() for each in (fetched.parent / "tls").iterdir()}
    (fetched / "other.key").write_bytes(before["server.key"])
    (fetched / "other.crt").write_bytes(before["server.crt"])
    (fetched / "none.crt").write_text("none")
    for certificate, key, says in (
        ("server.crt", "other.key", "is not the key"),
        ("other.crt", "other.key", "does not hold for localhost"),
        ("none.crt", "server.key", "cannot be read"),
        ("away.crt", "server.key", "cannot be read"),
    ):
        with pytest.raises(Trouble, match=says):
            put(fetched, certificate, key)
    elsewhere = {"MODE": "test", "PUBLIC_URL": "https://lotsa.example.se", "INSTALLATION": "lotsa"}
    other = Settings.from_environment({f"LOTSA_{name}": value for name, value in elsewhere.items()})
    with pytest.raises(Trouble, match=r"does not hold for lotsa\.example\.se"):
        put(fetched, host=other)
    assert {each.name: each.read_bytes() for each in (fetched.parent / "tls").iterdir()} == before


def test_only_the_trial_judges_by_its_own_authority() -> None:
    """No process of the product does, nor the image: a real installation takes one line away."""
    composed = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    judging = {name for name, each in composed.items() if "SSL_CERT_FILE" in (each.get("environment") or {})}
    assert judging == {"prepare", "operator"}
    assert "SSL_CERT_FILE" not in (CHECKOUT / "deploy/Dockerfile").read_text()
