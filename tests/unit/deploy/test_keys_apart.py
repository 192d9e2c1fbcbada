"""The keys' own backup: every key, wherever it lies, or a sentence that says which one could not be had."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from rich.console import Console

from lotsa import container
from operations.backup.key_backup import backup_keys, named, restore_keys
from operations.backup.seal import make_identity
from operations.checkout import CHECKOUT
from operations.trouble import Trouble
from shared.settings import SERVICES, ServiceSettings, Settings

OIDC = "LOTSA_OIDC_CLIENT_SECRET_FILE"
MASTER = "LOTSA_AUDIT_MASTER_KEY_FILE"


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """An installation with keys in its folder, as in containers, and two that lie elsewhere."""
    folder = tmp_path / "installation/keys"
    folder.mkdir(parents=True)
    (tmp_path / "secrets").mkdir()
    for name in ("referral-master", "log-signing", "passwords.json"):
        (folder / name).write_text(f"the {name}")
    (tmp_path / "secrets/oidc-client-secret").write_text("agreed with the provider")
    (tmp_path / "secrets/audit").write_text("audit's own")
    return {
        "LOTSA_MODE": "test",
        "LOTSA_PUBLIC_URL": "http://127.0.0.1:8000",
        "LOTSA_INSTALLATION": "lotsa",
        "LOTSA_VAR": str(folder.parent),
        "LOTSA_REFERRAL_MASTER_KEY_FILE": str(folder / "referral-master"),
        OIDC: str(tmp_path / "secrets/oidc-client-secret"),
        MASTER: str(tmp_path / "secrets/audit"),
    }


@pytest.fixture
def said() -> Console:
    """A console whose words can be read."""
    return Console(file=io.StringIO(), soft_wrap=True)


def words(console: Console) -> str:
    """What was printed."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.holds("every-key-is-sealed")
def test_every_key_goes_and_comes_back_wherever_it_lay(told: dict[str, str], tmp_path: Path, said: Console) -> None:
    """Those of the folder under their names, the others under their settings', and where they were is told."""
    identity, file, to = tmp_path / "identity", tmp_path / "keys.age", tmp_path / "new/keys"
    recipient = make_identity(identity)
    backup_keys(Settings.from_environment(told), file, [recipient], said)
    assert f"{file}: every key of this installation, sealed. Keep it where no backup" in words(said)
    restore_keys(file, identity, to, said)
    assert {each.name: each.read_text() for each in to.iterdir()} == {
        "referral-master": "the referral-master",
        "log-signing": "the log-signing",
        "passwords.json": "the passwords.json",
        OIDC: "agreed with the provider",
        MASTER: "audit's own",
    }
    assert all(each.stat().st_mode & 0o077 == 0 for each in to.iterdir())
    for name in (OIDC, MASTER):
        assert f"{to / name} was {told[name]}: put it back there" in words(said)


def test_an_installation_without_a_folder_has_keys_too(told: dict[str, str], tmp_path: Path, said: Console) -> None:
    """By hand, keys lie where the settings say and nowhere else."""
    told["LOTSA_VAR"] = str(tmp_path / "nowhere")
    backup_keys(Settings.from_environment(told), tmp_path / "keys.age", [make_identity(tmp_path / "identity")], said)
    restore_keys(tmp_path / "keys.age", tmp_path / "identity", tmp_path / "keys", said)
    assert (tmp_path / "keys/LOTSA_REFERRAL_MASTER_KEY_FILE").read_text() == "the referral-master"


def test_a_key_that_cannot_be_had_is_named_and_nothing_written(
    told: dict[str, str], tmp_path: Path, said: Console
) -> None:
    """Some of the keys would be taken for all of them."""
    (tmp_path / "secrets/audit").unlink()
    with pytest.raises(Trouble, match=rf"{MASTER} names .*secrets/audit, which cannot be read"):
        backup_keys(Settings.from_environment(told), tmp_path / "keys.age", [make_identity(tmp_path / "id")], said)
    assert not (tmp_path / "keys.age").exists()


@pytest.mark.holds("every-key-is-sealed")
def test_no_setting_that_names_a_file_is_left_out(told: dict[str, str]) -> None:
    """Every file that a setting can name holds a key or a secret, and is one of them."""
    every = {f"LOTSA_{each.name.upper()}" for each in fields(Settings) if each.name.endswith("_file")}
    for service in SERVICES:
        its = (each.name for each in fields(ServiceSettings) if each.name.endswith("_file"))
        every |= {f"LOTSA_{service.upper()}_{name.upper()}" for name in its}
    assert len(every) > 12
    found = Settings.from_environment({**told, **dict.fromkeys(every, "/elsewhere")})
    assert {name for name, _ in named(found)} == every


def test_keys_are_put_back_before_there_is_an_installation(tmp_path: Path) -> None:
    """In the operator's container, on a new machine: nothing is asked of servers, and no password is made anew."""
    make_identity(tmp_path / "identity")
    for command in (["backup-identity", str(tmp_path / "another")], ["--version"], ["restore-keys", "--help"]):
        assert container._installation_of(command) == {}
        done = subprocess.run(
            [sys.executable, "-m", "lotsa.container", "lotsa", *command],
            cwd=CHECKOUT,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    # the others do ask, and what is missing here is said
    with pytest.raises(KeyError, match="LOTSA_HOST"):
        container._installation_of(["doctor"])
