"""A disk that was full and is not any more: everything goes on by itself, and nothing was lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.topology import declare
from shared.observability.health import ReadyFile, is_ready
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from tests.integration.messaging.conftest import ROOT, House, eventually
from tests.integration.messaging.listener import Listener
from tests.support.private_broker import private_broker, rabbitmqctl

# what PostgreSQL answers to a write then (appendix A of its manual: disk_full)
_FULL = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION no_room();
"""


def unsent(house: House) -> int:
    """How many events wait."""
    return int(house.ask("SELECT count(*) FROM outbox WHERE sent_at IS NULL", of="publisher"))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; what a full one answers is raised below")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine mounts no small disk; what a full one answers is raised below")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until nothing more goes in; the file to remove afterwards."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 512)
        except OSError:
            return filler


def test_a_relay_whose_own_disk_was_full_is_ready_again(house: House, tmp_path: Path) -> None:
    """Its log and its ready file lie on it. Meanwhile it is not ready, and relays all the same."""
    with small_disk(tmp_path / "disk") as disk:
        ready_file, log = disk / "relay.ready", disk / "relay.log"
        environment = {**os.environ, **house.installation.environment(), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "lotsa.relay", "--ready-file", str(ready_file), "referral"]
        with log.open("ab") as output:
            relay = subprocess.Popen(command, env=environment, stderr=output, stdout=output, cwd=ROOT)
        try:
            eventually(lambda: is_ready(ready_file, pid=relay.pid), saying="the relay was ready")
            filler = fill(disk)
            house.send("normal")
            eventually(lambda: unsent(house) == 0, saying="the event was relayed on a full disk")
            eventually(
                lambda: not is_ready(ready_file, within=5), saying="the relay can no longer say that it is ready"
            )
            assert relay.poll() is None
            filler.unlink()
            eventually(lambda: is_ready(ready_file, pid=relay.pid, within=5), saying="the relay is ready again")
        finally:
            relay.send_signal(signal.SIGTERM)
            assert relay.wait(30) == 0


@pytest.mark.holds("after-a-full-disk")
def test_a_ready_file_that_cannot_be_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk, wherever the test runs: nothing is raised, and what cannot be said is not said."""

    def no_room(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    file = ReadyFile(tmp_path / "relay.ready")
    monkeypatch.setattr(Path, "write_text", no_room)
    file.say(True)
    assert not is_ready(tmp_path / "relay.ready")
    monkeypatch.undo()
    file.say(True)
    assert is_ready(tmp_path / "relay.ready", pid=os.getpid())


@pytest.mark.holds("after-a-full-disk")
def test_a_relay_goes_on_when_the_databases_disk_has_room_again(house: House) -> None:
    """PostgreSQL answers every write with 53100; the same relay, in the same process, sends all of it afterwards."""
    owner = make_engine(house.installation.settings().service("referral").owner_database_url)
    try:
        with house.relaying():
            house.send("normal")
            eventually(lambda: unsent(house) == 0, saying="the relay works")
            with owner.begin() as connection:
                connection.execute(text(_FULL))
            house.send("normal", "normal")
            eventually(
                lambda: house.ask("SELECT count(*) FROM outbox WHERE sequence IS NULL", of="publisher") == 2,
                saying="they wait",
            )
            with owner.begin() as connection:
                connection.execute(text("DROP TRIGGER no_room ON outbox; DROP FUNCTION no_room()"))
            eventually(lambda: unsent(house) == 0, saying="all is sent, by nobody's doing")
    finally:
        owner.dispose()


@pytest.mark.holds("after-a-full-disk")
def test_a_relay_goes_on_when_the_brokers_disk_has_room_again(house: House) -> None:
    """The broker's alarm blocks whoever publishes, without a word; none of it is lost, and nobody restarts anything."""
    with private_broker() as broker:
        broker.start()
        declare(broker.amqp_url, SERVICES, subscriptions_of(Listener))
        with house.relaying(broker_url=broker.amqp_url):
            house.send("normal")
            eventually(lambda: unsent(house) == 0, saying="the relay works")
            rabbitmqctl(broker, "set_disk_free_limit", "1000000GB")
            house.send("normal", "normal", "normal")
            numbered = "SELECT count(*) FROM outbox WHERE sequence IS NOT NULL AND sent_at IS NULL"
            eventually(lambda: house.ask(numbered, of="publisher") == 3, saying="they wait for the broker, numbered")
            rabbitmqctl(broker, "set_disk_free_limit", "50MB")
            eventually(lambda: unsent(house) == 0, saying="all is sent, by nobody's doing")
