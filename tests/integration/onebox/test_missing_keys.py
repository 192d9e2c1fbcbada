"""A key that should be there and is not, or is another, stops the start; a key is never made anew in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from demo.one_machine.product import given_to
from operations.check_up.keys import about_the_keys
from operations.checkout import CHECKOUT
from operations.install.installation import Installation
from operations.install.key_uses import PLACES, asking, check_master_key, samples
from operations.install.migrate import migrate_databases
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.keys import SignerKey
from shared.settings import SERVICES
from shared.storage.encryption import KeyIsMissing, KeyIsWrong, KeyTrouble, MasterKey
from shared.storage.key_register import note, registered
from shared.storage.master_keys import read_master_keys
from tests.support.infrastructure import Infrastructure, new_installation


@pytest.fixture(scope="module")
def standing(infrastructure: Infrastructure) -> Iterator[Installation]:
    """An installation with its tables, and keys that nothing is sealed under yet."""
    with new_installation(infrastructure) as made:
        migrate_databases(made.settings())
        yield made


@pytest.fixture
def migrated(standing: Installation) -> Iterator[Installation]:
    """The same as it was at first, whatever is done to it."""
    before = contents(standing.folder / "keys")
    yield standing
    for name, body in before.items():
        (standing.folder / "keys" / name).write_bytes(body)
    for service, url in standing.existing_databases().items():
        with asking(url) as connection:
            for place in PLACES[service]:
                connection.execute(text(f"delete from {place.table}"))
            if service == "audit":
                # the log is append-only, but for whoever owns the server
                connection.execute(text("set local session_replication_role = replica"))
                connection.execute(text("delete from log_checkpoints"))
            note(connection, read_master_keys(standing.folder / "keys" / f"{service}-master"))


def owners_url(installation: Installation, service: str) -> str:
    """The owner of a service's tables."""
    return installation.settings().service(service).owner_database_url


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def sign(installation: Installation, size: int = 1) -> None:
    """One checkpoint in the log, signed with the installation's key."""
    signer = SignerKey.from_text((installation.folder / "keys/log-signing").read_text())
    note = signer.sign(Checkpoint(signer.verifier.name, size, b"r" * 32))
    with asking(installation.existing_databases()["audit"]) as connection:
        put = "insert into log_checkpoints (size, root, note, signed_at) values (:size, :root, :note, now())"
        connection.execute(text(put), {"size": size, "root": b"r" * 32, "note": note})


def forget_the_register(installation: Installation, service: str) -> None:
    """As in a database that a version before this one filled."""
    with asking(owners_url(installation, service)) as connection:
        connection.execute(text("delete from master_keys"))


def test_migrating_notes_each_services_key(migrated: Installation) -> None:
    """By name, and with a value that tells it from another of that name; twice is once."""
    migrate_databases(migrated.settings())
    for service in SERVICES:
        with asking(owners_url(migrated, service)) as connection:
            assert [*registered(connection)] == [f"{service}-1"]


@pytest.mark.holds("a-missing-key-stops-the-start")
@pytest.mark.parametrize("service", SERVICES)
def test_a_missing_master_key_is_told_and_not_made_anew(migrated: Installation, service: str) -> None:
    """Which, where it was looked for, and what to do; and every file is as it was."""
    path = migrated.folder / "keys" / f"{service}-master"
    path.unlink()
    before = contents(path.parent)
    for start in (migrated.create, lambda: migrate_databases(migrated.settings())):
        with pytest.raises(KeyIsMissing) as told:
            start()
        for word in (f"“{service}-1”", str(path), "Put it back", f"lotsa keys lost {service}-master"):
            assert word in str(told.value)
    assert contents(path.parent) == before


def test_doctor_tells_of_each_key_before_the_next_start_does(migrated: Installation) -> None:
    """Nothing while they are there; a master key that is away or another's, and the log's own."""
    sign(migrated)
    assert list(about_the_keys(migrated.settings())) == []
    keys = migrated.folder / "keys"
    (keys / "referral-master").unlink()
    (keys / "audit-master").write_bytes((keys / "directory-master").read_bytes())
    (keys / "log-signing").unlink()
    told = "\n".join(about_the_keys(migrated.settings()))
    for word in (str(keys / "referral-master"), str(keys / "audit-master"), "The key that signs the log is missing"):
        assert word in told
    assert "notifications" not in told


@pytest.mark.holds("no-key-is-made-anew")
def test_every_missing_key_is_told_at_once(migrated: Installation) -> None:
    """A folder of keys that was moved away: one sentence for each, so that nobody has to try again and again."""
    sign(migrated)
    (migrated.folder / "keys").rename(migrated.folder / "moved")
    try:
        with pytest.raises(KeyIsMissing) as told:
            migrated.create()
        said = str(told.value).splitlines()
        assert len(said) == len(SERVICES) + 1
        assert sum("The key that signs the log is missing" in each for each in said) == 1
        assert not (migrated.folder / "keys").exists()
    finally:
        (migrated.folder / "moved").rename(migrated.folder / "keys")
    migrated.create()


@pytest.mark.holds("a-missing-key-stops-the-start")
def test_another_key_of_the_same_name_is_told(migrated: Installation) -> None:
    """As one that was made anew by mistake; the sentence quotes neither key."""
    path = migrated.folder / "keys" / "referral-master"
    another = MasterKey.generate("referral-1").line()
    path.write_text(another)
    for start in (migrated.create, lambda: migrate_databases(migrated.settings())):
        with pytest.raises(KeyIsWrong, match="is another key") as told:
            start()
        assert str(path) in str(told.value)
        assert another[-20:] not in str(told.value)


def test_another_key_under_another_name_is_the_first_ones_absence(migrated: Installation) -> None:
    """What is registered is asked for by name."""
    (migrated.folder / "keys" / "audit-master").write_text(MasterKey.generate("audit-9").line())
    with pytest.raises(KeyIsMissing, match="“audit-1” of audit is missing"):
        migrated.create()


@pytest.mark.parametrize("service", [each for each in SERVICES if PLACES[each]])
def test_a_database_that_kept_no_register_is_asked_for_something_sealed(migrated: Installation, service: str) -> None:
    """An upgrade with the wrong key, or with none, stops as well; the right one is let through."""
    path = migrated.folder / "keys" / f"{service}-master"
    right = path.read_text()
    seal_something(migrated, service)
    forget_the_register(migrated, service)
    url = owners_url(migrated, service)
    with asking(url) as connection:
        assert len(samples(service, connection)) == 1
        check_master_key(service, path, connection)
        path.write_text(MasterKey.generate(f"{service}-1").line())
        with pytest.raises(KeyIsWrong, match="opens nothing"):
            check_master_key(service, path, connection)
        path.unlink()
        with pytest.raises(KeyIsMissing, match=f"“{service}-1”"):
            check_master_key(service, path, connection)
    path.write_text(right)


def seal_something(installation: Installation, service: str) -> None:
    """One held form, which every service with a key keeps."""
    key, wrapped = MasterKey.from_line((installation.folder / f"keys/{service}-master").read_text()).new_data_key()
    put = """
        insert into held_forms (id, reason, author, written_under, key_id, wrapped_key, form, held_at, expires_at)
        values (:key, 'mistake', 'a', :key, :key, :wrapped, 'x', now(), now())"""
    # the policy of its author; the owner is under it too
    with asking(installation.existing_databases()[service]) as connection:
        connection.execute(text(put), {"key": key.id, "wrapped": wrapped})


@pytest.mark.parametrize("change", ["gone", "another", "nonsense"])
def test_the_logs_signing_key_is_held_against_what_it_signed(migrated: Installation, change: str) -> None:
    """Missing or another; before anything was signed there is nothing to be held against."""
    path = migrated.folder / "keys" / "log-signing"
    migrated.create()
    sign(migrated)
    migrated.create()
    troubles: dict[str, tuple[Callable[[], object], type[KeyTrouble]]] = {
        "gone": (path.unlink, KeyIsMissing),
        "another": (lambda: path.write_text(SignerKey.generate(f"{migrated.prefix}/audit").secret_text()), KeyIsWrong),
        "nonsense": (lambda: path.write_text("half a k"), KeyIsWrong),
    }
    do, trouble = troubles[change]
    do()
    with pytest.raises(trouble, match=str(path)):
        migrated.create()
    assert path.exists() == (change != "gone")


def test_the_logs_public_half_is_made_of_the_signing_key(migrated: Installation) -> None:
    """A folder in which only that file is missing is made whole again, with the same key."""
    path = migrated.folder / "keys" / "log-verifying"
    before = path.read_text()
    path.unlink()
    migrated.create()
    assert path.read_text() == before


@pytest.mark.holds("a-missing-key-stops-the-start")
@pytest.mark.parametrize(
    ("process", "command", "file"),
    [
        ("web", ["lotsa.web", "referral", "--bind", "127.0.0.1:1"], "referral-master"),
        ("web", ["lotsa.web", "audit", "--bind", "127.0.0.1:1"], "log-verifying"),
        ("bus", ["lotsa.bus", "referral"], "referral-master"),
        ("bus", ["lotsa.bus", "audit"], "audit-master"),
        ("bus", ["lotsa.bus", "audit"], "log-signing"),
    ],
)
def test_a_process_without_its_key_ends_with_a_sentence(
    migrated: Installation, process: str, command: list[str], file: str
) -> None:
    """Not with a traceback, and not by going on."""
    path = migrated.folder / "keys" / file
    environment = {**os.environ, **given_to(process, migrated.environment())}
    path.unlink()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr
    if file.endswith("master"):
        path.write_text(MasterKey.generate(path.name.replace("master", "1")).line())
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60
        )
        assert "another key" in done.stderr


def test_a_superusers_url_is_in_no_sentence(migrated: Installation) -> None:
    """It carries a password."""
    (migrated.folder / "keys" / "referral-master").unlink()
    with pytest.raises(KeyIsMissing) as told:
        migrated.create()
    password = make_url(migrated.servers.postgres_url).password
    assert password
    assert password not in str(told.value)
