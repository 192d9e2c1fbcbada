"""PostgreSQL's programs for a backup are found where they may be, in that order, and nothing is fetched for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.backup import dump
from operations.programs import newest_postgres
from operations.trouble import Trouble


def lay(folder: Path, *names: str) -> Path:
    """A folder with programs of these names."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch(mode=0o755)
    return folder


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of data, on a machine that has no PostgreSQL on the path and none where Debian installs it."""
    monkeypatch.setenv("LOTSA_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(dump, "INSTALLED_UNDER", tmp_path / "machine")
    return tmp_path / "var"


def test_those_on_the_path_come_first(var: Path, tmp_path: Path) -> None:
    """An image brings those of its server's version."""
    lay(tmp_path / "machine/usr/lib/postgresql/17/bin", "pg_dump", "pg_restore")
    on_the_path = lay(tmp_path / "bin", "pg_dump", "pg_restore")
    assert dump.programs()["pg_dump"] == str(on_the_path / "pg_dump")


def test_then_the_newest_that_is_installed(var: Path, tmp_path: Path) -> None:
    """Not one that lacks a program, and none that is too old for our databases."""
    lay(tmp_path / "machine/usr/lib/postgresql/9/bin", "pg_dump", "pg_restore")
    assert newest_postgres(tmp_path / "machine", ("pg_dump", "pg_restore")) is None
    lay(tmp_path / "machine/usr/lib/postgresql/17/bin", "pg_dump")
    newest = lay(tmp_path / "machine/usr/lib/postgresql/15/bin", "pg_dump", "pg_restore")
    lay(tmp_path / "machine/usr/lib/postgresql/14/bin", "pg_dump", "pg_restore")
    assert dump.programs().folder == newest


def test_then_those_that_the_demonstration_here_has_fetched(var: Path) -> None:
    """With the libraries that were unpacked beside them."""
    fetched = lay(var / "debian/root/usr/lib/postgresql/15/bin", "pg_dump", "pg_restore")
    library = lay(var / "debian/root/usr/lib/x86_64-linux-gnu", "libpq.so.5")
    found = dump.programs()
    assert found.folder == fetched
    assert str(library) in found.environment["LD_LIBRARY_PATH"].split(":")


def test_where_there_are_none_that_is_said_and_nothing_is_fetched(var: Path) -> None:
    """A machine that production runs on installs nothing by itself."""
    with pytest.raises(Trouble, match=r"pg_dump and pg_restore are not on this machine: install"):
        dump.programs()
    assert not var.exists()
