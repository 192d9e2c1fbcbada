"""`lotsa backup`: a folder with one sealed file for each database and a list of what they are, whole or not there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyrage
from rich.console import Console

from operations.backup import seal
from operations.backup.databases import admin_url, database_name
from operations.backup.dump import dump
from operations.backup.moment import Snapshot, one_moment
from operations.trouble import Trouble
from shared.kernel.clock import SystemClock
from shared.settings import SERVICES, Settings

CONTENTS = "contents.json"
FORMAT = 1
NAMED = "lotsa-backup-"
STAMP = "%Y%m%dT%H%M%SZ"
WHOLE_SUFFIX = ".part"
BROKEN_OFF_AFTER = timedelta(days=2)
"""Longer than four databases may take: whatever is still a part then was killed."""


@dataclass(frozen=True)
class Backup:
    """A whole backup, and what its list says: no personal data, and nothing secret."""

    folder: Path
    contents: dict[str, Any]

    @property
    def taken_at(self) -> datetime:
        """When the moment was."""
        return datetime.fromisoformat(self.contents["taken_at"])

    def file(self, service: str) -> Path:
        """A service's sealed database."""
        return self.folder / f"{service}.dump.age"

    def of(self, service: str) -> dict[str, Any]:
        """What the list says of one database. Raises Trouble when it is not in this backup."""
        found: dict[str, Any] | None = self.contents["databases"].get(service)
        if found is None:
            raise Trouble(f"{self.folder} has no database of {service}.")
        return found


def make_backup(
    settings: Settings, to: Path, recipients: Sequence[pyrage.x25519.Recipient], console: Console
) -> Backup:
    """Take one, and return it. Raises Trouble; what was begun is then gone again."""
    now = SystemClock().now().astimezone(UTC)
    to.mkdir(parents=True, exist_ok=True)
    forget_broken_off(to, now)
    folder = to / f"{NAMED}{now:{STAMP}}"
    part = folder.with_name(folder.name + WHOLE_SUFFIX)
    part.mkdir(mode=0o700)
    try:
        superuser = admin_url(settings)
        names = {service: database_name(settings, service) for service in SERVICES}
        with one_moment(superuser, names) as snapshots:
            databases = {}
            for each in snapshots:
                console.print(f"  {each.service} …")
                databases[each.service] = _one(superuser, each, part, recipients)
        contents = {
            "format": FORMAT,
            "installation": settings.installation,
            "taken_at": now.isoformat(),
            "databases": databases,
        }
        (part / CONTENTS).write_text(json.dumps(contents, indent=2) + "\n")
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Backup(folder, contents)


def open_backup(folder: Path) -> Backup:
    """A backup that is there, each of its files as its list says. Raises Trouble."""
    try:
        contents = json.loads((folder / CONTENTS).read_text())
        databases = contents["databases"]
        if contents["format"] != FORMAT:
            raise Trouble(f"{folder} is of a format that this version does not know.")
    except (OSError, ValueError, KeyError, TypeError):
        raise Trouble(f"{folder} is no backup of ours: it has no {CONTENTS} that can be read.") from None
    found = Backup(folder, contents)
    for service, said in databases.items():
        file = found.file(service)
        if not file.is_file() or _digest(file) != said["sha256"]:
            raise Trouble(f"{file} is not what was written when the backup was made. Take another backup.")
    return found


def forget_older(to: Path, keep_days: int, console: Console) -> None:
    """Remove whole backups of ours that are older than so many days; the newest always stays."""
    limit = SystemClock().now() - timedelta(days=keep_days)
    for folder in sorted(to.glob(f"{NAMED}*"))[:-1]:
        try:
            taken_at = datetime.strptime(folder.name.removeprefix(NAMED), STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        if taken_at < limit and (folder / CONTENTS).is_file():
            shutil.rmtree(folder)
            console.print(f"  {folder} is older than {keep_days} days, and gone.")


def forget_broken_off(to: Path, now: datetime) -> None:
    """Remove what a process left that was killed while it made a backup: it would fill the disk, one by one."""
    for part in to.glob(f"{NAMED}*{WHOLE_SUFFIX}"):
        try:
            begun = datetime.strptime(part.name, f"{NAMED}{STAMP}{WHOLE_SUFFIX}").replace(tzinfo=UTC)
        except ValueError:
            continue
        if now - begun > BROKEN_OFF_AFTER:
            shutil.rmtree(part, ignore_errors=True)


def _one(
    superuser: str, snapshot: Snapshot, folder: Path, recipients: Sequence[pyrage.x25519.Recipient]
) -> dict[str, Any]:
    file = folder / f"{snapshot.service}.dump.age"
    file.touch(mode=0o600)
    with file.open("wb") as writer:
        dump(superuser, snapshot, partial(_seal_to, writer, recipients))
    said = asdict(snapshot)
    del said["snapshot_id"], said["service"], said["database"]
    return {**said, "sha256": _digest(file), "bytes": file.stat().st_size}


def _seal_to(writer: IO[bytes], recipients: Sequence[pyrage.x25519.Recipient], reader: IO[bytes]) -> None:
    seal.seal(reader, writer, recipients)


def _digest(file: Path) -> str:
    with file.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()
