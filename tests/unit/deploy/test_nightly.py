"""The backup in containers: each night at half past two in Sweden, again soon when it failed, with no key at hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from operations.backup import every_night as nightly
from operations.backup.make import forget_broken_off
from operations.checkout import CHECKOUT
from operations.trouble import Trouble

LATE = datetime(2026, 11, 29, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (LATE, datetime(2026, 11, 30, 1, 30, tzinfo=UTC)),
        (datetime(2026, 11, 30, 1, 30, tzinfo=UTC), datetime(2026, 12, 1, 1, 30, tzinfo=UTC)),
        # that night half past two is there twice, and on the other it is not there at all
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_next_night_is_swedens(now: datetime, then: datetime) -> None:
    """Half past two where people sleep, through summer and winter."""
    assert nightly.next_night(now).astimezone(UTC) == then


class Clock:
    """Goes as far as is slept."""

    def __init__(self) -> None:
        self.at = LATE

    def now(self) -> datetime:
        """The moment."""
        return self.at


class Enough(Exception):
    """The test has seen enough."""


def test_one_at_once_one_each_night_and_again_soon_after_trouble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The second night's first try fails; the day's rhythm stays."""
    clock, made = Clock(), []

    def backup(*_: Any) -> None:
        made.append(clock.at)
        if len(made) == 2:
            raise Trouble("the disk is full")

    def sleep(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)
        if clock.at > LATE + timedelta(days=2):
            raise Enough

    monkeypatch.setattr(nightly, "backup", backup)
    monkeypatch.setattr(nightly, "settings", lambda: None)
    monkeypatch.setenv("LOTSA_BACKUP_RECIPIENTS", "age1somebody")
    with pytest.raises(Enough):
        nightly.back_up_every_night(clock=clock, sleep=sleep, to=tmp_path)
    first_night = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
    assert made[:2] == [LATE, first_night]
    assert made[2] == first_night + timedelta(seconds=nightly.AGAIN_AFTER_TROUBLE_SECONDS)
    assert made[3] == first_night + timedelta(days=1)


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """Not what another may be at now, nor a whole backup however old, nor what is none of ours."""
    stay = [
        "lotsa-backup-20261128T220000Z.part",
        "lotsa-backup-20260101T013000Z",
        "lotsa-backup-somebodys.part",
        "x.part",
    ]
    for name in [*stay, "lotsa-backup-20261127T215959Z.part"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "audit.dump.age").write_text("sealed")
    forget_broken_off(tmp_path, LATE)
    assert {each.name for each in tmp_path.iterdir()} == set(stay)


def test_without_anybody_to_seal_it_for_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than lay readable copies of everything on a disk."""
    monkeypatch.delenv("LOTSA_BACKUP_RECIPIENTS", raising=False)
    with pytest.raises(Trouble, match="LOTSA_BACKUP_RECIPIENTS"):
        nightly.back_up_every_night()


def test_the_container_that_makes_backups_is_given_no_key() -> None:
    """The database's password and a place to lay them: not the installation's folder, where the keys are."""
    service = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]["backup"]
    assert service["secrets"] == ["postgres-password"]
    assert service["volumes"] == ["backups:/backups"]
    assert service["profiles"] == ["backup"]


def test_its_settings_name_the_databases_and_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the superuser, since row policies hide rows from everybody else."""
    (tmp_path / "password").write_text("p@ss word\n")
    monkeypatch.setenv("LOTSA_POSTGRES_PASSWORD_FILE", str(tmp_path / "password"))
    found = nightly.settings()
    url = make_url(found.admin_database_url)
    assert (url.username, url.password, url.host, url.database) == ("postgres", "p@ss word", "postgres", "postgres")
    assert found.service("audit").database_url.endswith("/lotsa_audit")
    assert found.service("audit").master_key_file is None
