"""A backup: of one moment, sealed, without a key in it, whole or not there, and tried out."""

from __future__ import annotations

import json
import tarfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import psycopg
import pyrage
import pytest
from click.testing import Result
from rich.console import Console
from sqlalchemy import make_url
from typer.testing import CliRunner

from lotsa.cli import app
from operations.backup.databases import database_name
from operations.backup.make import CONTENTS, NAMED, STAMP, forget_older, open_backup
from operations.backup.moment import one_moment
from operations.backup.restore import put_back
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from operations.trouble import Trouble
from shared.messaging.publish.claims import Claims
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from tests.support.cast import DEMO_ISSUER
from tests.support.city_filled import seed_directory
from tests.support.eventually import eventually, never
from tests.support.infrastructure import Infrastructure, new_installation

pytestmark = pytest.mark.timeout(300)
LEFT = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"


@pytest.fixture(scope="module")
def installation(infrastructure: Infrastructure) -> Iterator[Installation]:
    """Four databases with the directory's seed, and nobody at work."""
    with new_installation(infrastructure, mode="demo", extra={"LOTSA_TOKEN_ISSUER": DEMO_ISSUER}) as made:
        migrate_databases(made.settings())
        declare_topology(made.settings())
        seed_directory(made.settings())
        yield made


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secret half."""
    file = tmp_path_factory.mktemp("elsewhere") / "identity"
    pair = pyrage.x25519.Identity.generate()
    file.write_text(f"# public key: {pair.to_public()}\n{pair}\n")
    return file


def recipient(identity: Path) -> str:
    """The public half."""
    return identity.read_text().split()[3]


def lotsa(installation: Installation, *words: str, **environment: str) -> Result:
    """One `lotsa` command, as an operator of this installation gives it."""
    return CliRunner().invoke(app, words, env={**installation.environment(), **environment})


@pytest.fixture(scope="module")
def made(installation: Installation, identity: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup, tried out at once."""
    to = tmp_path_factory.mktemp("backups")
    done = lotsa(installation, "backup", str(to), "--identity", str(identity),
                 LOTSA_BACKUP_RECIPIENTS=recipient(identity))  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "all four databases as of one moment, sealed. No key is in it." in done.output
    assert "It was tried out" in done.output
    [folder] = to.iterdir()
    return folder


@pytest.mark.holds("a-backup-holds-no-key")
def test_nothing_in_it_can_be_read_without_the_identity_and_no_key_is_in_it(
    installation: Installation, made: Path, identity: Path
) -> None:
    """Each file is age's; opened, it is PostgreSQL's own; no key and no password of the installation stands in any."""
    pair = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    secrets = [file.read_bytes().strip() for file in (installation.folder / "keys").iterdir()]
    passwords = json.loads((installation.folder / "keys" / "passwords.json").read_text()).values()
    for service in SERVICES:
        sealed = (made / f"{service}.dump.age").read_bytes()
        assert sealed.startswith(b"age-encryption.org/v1\n")
        opened = pyrage.decrypt(sealed, [pair])
        assert opened.startswith(b"PGDMP")
        assert not [each for each in [*secrets, *(word.encode() for word in passwords)] if each in opened]
        other = pyrage.x25519.Identity.generate()
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed, [other])
    listed = (made / CONTENTS).read_text()
    assert not [each for each in passwords if each in listed]
    assert set(json.loads(listed)["databases"]) == set(SERVICES)
    assert (made.stat().st_mode & 0o777, (made / "audit.dump.age").stat().st_mode & 0o777) == (0o700, 0o600)


def test_nothing_of_the_trial_is_left(installation: Installation, made: Path) -> None:
    """The scratch databases are dropped again."""
    assert made.exists()
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        there = [row[0] for row in connection.execute(LEFT, [f"{installation.prefix}_"])]
    assert there == sorted(f"{installation.prefix}_{service}" for service in SERVICES)


@pytest.mark.parametrize("wrong", ["changed", "gone", "another identity", "no list"])
def test_what_is_not_whole_replaces_nothing(
    installation: Installation, made: Path, identity: Path, tmp_path: Path, wrong: str
) -> None:
    """A sentence and exit code 1; the databases that are there stay."""
    copy = tmp_path / made.name
    copy.mkdir()
    for file in made.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    key = identity
    match wrong:
        case "changed":
            with (copy / "referral.dump.age").open("r+b") as file:
                file.seek(-40, 2)
                file.write(b"\0")
        case "gone":
            (copy / "referral.dump.age").unlink()
        case "another identity":
            key = tmp_path / "another"
            key.write_text(str(pyrage.x25519.Identity.generate()))
        case "no list":
            (copy / CONTENTS).unlink()
    before = rows(installation)
    said = lotsa(installation, "restore", str(copy), "--identity", str(key), "--service", "referral",
                 "--reason", "exercise")  # fmt: skip
    assert said.exit_code == Trouble.exit_code
    assert any(each in said.output for each in ("not what was written", "cannot be opened", "no backup of ours"))
    assert rows(installation) == before


def rows(installation: Installation) -> list[object]:
    """Which databases there are, and whether one is held."""
    engine = make_engine(installation.settings().service("referral").database_url)
    with engine.connect() as connection:
        held = connection.exec_driver_sql("SELECT held_at, epoch FROM publisher").one()
    engine.dispose()
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        return [tuple(held), connection.execute(LEFT, [f"{installation.prefix}_"]).fetchall()]


def test_without_a_recipient_nothing_is_written(installation: Installation, tmp_path: Path) -> None:
    """Nor for one that is none."""
    for words in ((), ("--recipient", "age1nobody")):
        said = lotsa(installation, "backup", str(tmp_path / "to"), *words)
        assert (said.exit_code, "age1" in said.output) == (Trouble.exit_code, True)
    assert not (tmp_path / "to").exists()


def test_nobody_numbers_while_the_moment_is_taken(installation: Installation) -> None:
    """So whatever a consumer's snapshot has heard stands in its publisher's: see operations/backup/moment.py."""
    settings = installation.settings()
    names = {service: database_name(settings, service) for service in SERVICES}
    engine = make_engine(settings.service("directory").database_url)
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql", database=names["audit"])
    numbered = threading.Event()

    def number() -> None:
        with engine.connect() as connection:
            Claims(connection).number(10)
        numbered.set()

    # audit's row is held by somebody else, so the moment waits with the directory's row in its hands
    with psycopg.connect(url.render_as_string(hide_password=False)) as in_the_way:
        in_the_way.execute("SELECT FROM publisher FOR UPDATE")
        taken = threading.Thread(target=lambda: _take(installation, names))
        taken.start()
        eventually(lambda: _waits(installation, names["audit"]), saying="the moment to wait for audit", within=20)
        relay = threading.Thread(target=number)
        relay.start()
        never(numbered.is_set, saying="the directory's relay numbered meanwhile", during=1)
    taken.join(20)
    relay.join(20)
    assert numbered.is_set()
    engine.dispose()


def _take(installation: Installation, names: dict[str, str]) -> None:
    with one_moment(installation.servers.postgres_url, names):
        pass


def _waits(installation: Installation, database: str) -> bool:
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql")
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        return bool(connection.execute(query, [database]).fetchone())


def test_old_backups_are_forgotten_and_the_newest_never(tmp_path: Path) -> None:
    """Only whole ones of ours: what else lies there is nobody's to remove."""
    now = datetime.now(UTC)
    for days in (40, 31, 29, 0):
        folder = tmp_path / f"{NAMED}{now - timedelta(days=days):{STAMP}}"
        folder.mkdir()
        (folder / CONTENTS).write_text("{}")
    for other in (f"{NAMED}20200101T000000Z", "mine", f"{NAMED}20200101T000000Z.part"):
        (tmp_path / other).mkdir()
    forget_older(tmp_path, 30, Console(quiet=True))
    left = sorted(each.name for each in tmp_path.iterdir())
    assert len(left) == 5
    assert {f"{NAMED}20200101T000000Z", "mine", f"{NAMED}20200101T000000Z.part"} <= set(left)
    forget_older(tmp_path, 1, Console(quiet=True))
    forget_older(tmp_path, 1, Console(quiet=True))
    assert [each for each in tmp_path.iterdir() if (each / CONTENTS).exists()]


def test_keys_are_sealed_apart_and_never_written_over_others(
    installation: Installation, identity: Path, tmp_path: Path
) -> None:
    """Every key in one file of its own, and back again into an empty folder."""
    file, to = tmp_path / "keys.age", tmp_path / "keys"
    done = lotsa(installation, "backup-keys", str(file), "--recipient", recipient(identity))
    assert done.exit_code == 0, done.output
    pair = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    with tarfile.open(fileobj=BytesIO(pyrage.decrypt(file.read_bytes(), [pair]))) as packed:
        assert "keys/referral-master" in packed.getnames()
    back = lotsa(installation, "restore-keys", str(file), "--identity", str(identity), "--to", str(to))
    assert back.exit_code == 0, back.output
    keys = installation.folder / "keys"
    assert {each.name: each.read_bytes() for each in to.iterdir()} == {
        each.name: each.read_bytes() for each in keys.iterdir()
    }
    again = lotsa(installation, "restore-keys", str(file), "--identity", str(identity), "--to", str(to))
    assert (again.exit_code, "not empty" in again.output) == (Trouble.exit_code, True)


def test_a_backup_says_what_it_is(made: Path) -> None:
    """When, of which epochs and numbers, and how long the log was."""
    found = open_backup(made)
    assert abs((datetime.now(UTC) - found.taken_at).total_seconds()) < 300
    assert {"epoch", "last_sequence", "revision", "unsent", "sha256", "bytes"} <= set(found.of("referral"))
    with pytest.raises(Trouble, match="no database of payroll"):
        found.of("payroll")


def test_the_database_that_was_there_is_kept_and_nothing_goes_out_from_the_new_one(
    installation: Installation, made: Path, identity: Path
) -> None:
    """Put back beside it, held, and then in its place; whoever was connected meets the new one."""
    settings = installation.settings()
    engine = make_engine(settings.service("notifications").database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO inbox (queue, event_id) VALUES ('since', gen_random_uuid())")
    pair = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    [done] = put_back(settings, open_backup(made), ["notifications"], [pair], Console(quiet=True))
    engine.dispose()
    since = "SELECT count(*) FROM inbox WHERE queue = 'since'"
    with engine.connect() as connection:
        assert connection.exec_driver_sql(since).scalar_one() == 0
        assert connection.exec_driver_sql("SELECT held_at IS NOT NULL FROM publisher").scalar_one() is True
    assert done.kept_as is not None
    doctor = lotsa(installation, "doctor")
    assert (doctor.exit_code, "notifications is held since its database was put back" in doctor.output) == (1, True)
    url = make_url(installation.servers.postgres_url).set(drivername="postgresql", database=done.kept_as)
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        assert connection.execute(since).fetchone() == (1,)
    engine.dispose()
