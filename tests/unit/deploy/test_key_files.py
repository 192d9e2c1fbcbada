"""Files of keys are changed by one command at a time, whole, and only where they are what it takes them for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from operations.keys import rotate as rotating
from operations.keys import rotate_log_key as changing_log_key
from operations.keys import rotate_master_key as changing_keys
from operations.keys.key_files import alone, put
from operations.trouble import Trouble
from shared.environment import SettingsAreWrong
from shared.settings import Settings
from shared.storage.encryption import MasterKey
from tests.support.four_apps import environment_in

QUIET = Console(quiet=True)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation's settings, with keys of every kind."""
    made = environment_in(tmp_path / "keys", mode="test")
    return {**made, "LOTSA_AUDIT_SIGNING_KEY_FILE": str(tmp_path / "keys" / "log-signing")}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def every_command(environment: dict[str, str]) -> list[Callable[[], None]]:
    """All that write keys, of every kind."""
    settings = Settings.from_environment(environment)
    return [
        *(lambda kind=kind: rotating.rotate(settings, kind, QUIET, wait=0) for kind in rotating.KINDS),
        *(lambda kind=kind: changing_keys.give_up(settings, kind, QUIET, yes=True) for kind in changing_keys.KINDS),
        lambda: rotating.make(environment, QUIET),
    ]


def test_two_commands_never_change_keys_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    """The second is told so before it has read anything; else each would write over what the other has made."""
    before = contents(tmp_path / "keys")
    with alone(Settings.from_environment(environment)):
        for command in every_command(environment):
            with pytest.raises(Trouble, match="being changed by another command"):
                command()
    assert contents(tmp_path / "keys") == before, "nothing is left of the lock either"
    with alone(Settings.from_environment(environment)):
        pass


def test_a_command_that_breaks_off_lets_go(environment: dict[str, str]) -> None:
    """Whatever ended it."""
    settings = Settings.from_environment(environment)
    with pytest.raises(KeyboardInterrupt), alone(settings):
        raise KeyboardInterrupt
    with alone(settings):
        pass


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    """A link that became a file would leave the old key where a copy of it is made, or others read it."""
    elsewhere = tmp_path / "elsewhere" / "key"
    elsewhere.parent.mkdir()
    elsewhere.write_text("old")
    elsewhere.chmod(0o640)
    link = tmp_path / "key"
    link.symlink_to(elsewhere)
    put(link, "new")
    assert (link.is_symlink(), elsewhere.read_text(), elsewhere.stat().st_mode & 0o777) == (True, "new", 0o640)
    assert [file.name for file in elsewhere.parent.iterdir()] == ["key"]


def test_what_was_left_of_another_command_is_not_written_into(tmp_path: Path) -> None:
    """Neither a draft that all may read, nor a link in its place."""
    key, other = tmp_path / "key", tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "key.draft").symlink_to(other)
    put(key, "new")
    assert (other.read_text(), key.read_text(), key.stat().st_mode & 0o777) == ("mine", "new", 0o600)
    (tmp_path / "key.draft").write_text("half")
    (tmp_path / "key.draft").chmod(0o666)
    put(key, "newer")
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("newer", 0o600)


MASTER = MasterKey.generate("referral-1").line()
WRONG = [
    ("referral-cookie", "referral-cookie", MASTER),
    ("referral-cookie", "referral-cookie", "PRIVATE+KEY+lotsa/audit+00000000+" + "A" * 48),
    ("referral-cookie", "referral-cookie", '{"kty":"OKP","crv":"Ed25519","d":"' + "A" * 43 + '"}'),
    ("referral-cookie", "referral-cookie", ""),
    ("session", "session-private.json", MASTER),
    ("session", "session-private.json", ""),
    ("session", "session-private-coming.json", "{"),
    ("session", "session-jwks.json", MASTER),
    ("session", "session-jwks.json", ""),
    ("session", "session-jwks.json", '{"keys":[]}'),
]


@pytest.mark.parametrize(("kind", "name", "content"), WRONG, ids=range(len(WRONG)))
def test_a_file_that_is_another_is_not_written_over(
    environment: dict[str, str], tmp_path: Path, kind: str, name: str, content: str
) -> None:
    """Settings may name the wrong one: a master key that became a cookie's would take all data with it."""
    keys = tmp_path / "keys"
    (keys / name).write_text(content)
    before = contents(keys)
    with pytest.raises(SettingsAreWrong):
        rotating.rotate(Settings.from_environment(environment), kind, QUIET, wait=0)
    assert contents(keys) == before


def test_public_keys_that_cannot_be_read_are_made_of_the_key_that_signs(tmp_path: Path) -> None:
    """They are no reason to break down: nothing in them is not in the other."""
    (tmp_path / "log-verifying").write_text("another kind of file")
    assert changing_log_key._published(tmp_path / "log-verifying") == []
