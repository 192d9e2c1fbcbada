"""The unprivileged user that the database and the broker run as.

PostgreSQL refuses to run as root, and a broker has no business doing so. An ordinary user runs everything as
themselves; root runs the two servers as a system user that owns nothing but their data.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.trouble import Trouble

NAME = "lotsa"


@dataclass(frozen=True)
class ServiceUser:
    """Whom the private servers run as; `uid` is None when that is simply whoever started us."""

    uid: int | None
    gid: int | None

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child run as this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> Path:
        """Create the folder when it is missing, readable by this user alone, and return it."""
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder on the way can be entered by this user."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        return all(step.stat().st_mode & 0o001 or step.stat().st_uid == self.uid for step in [folder, *folder.parents])


def service_user() -> ServiceUser:
    """The user for the private servers, created when root runs this for the first time.

    Raises Trouble when root cannot create the user.
    """
    if os.geteuid() != 0:
        return ServiceUser(None, None)
    try:
        found = pwd.getpwnam(NAME)
    except KeyError:
        _create()
        found = pwd.getpwnam(NAME)
    return ServiceUser(found.pw_uid, found.pw_gid)


def _create() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAME], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as problem:
        raise Trouble(
            f"The database and the broker must not run as root, and the system user “{NAME}” could not be created."
            " Create it, or run this as an ordinary user."
        ) from problem
