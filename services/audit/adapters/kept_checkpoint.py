"""The newest signed checkpoint in a file beside the signing key: whoever cuts the database does not reach it.

Written after the database's commit, so it is never newer than the log; older is fine, since the log must only have
grown out of it. It is replaced whole and not synced to the disk: after a loss of power it may be older, or empty.
"""

from __future__ import annotations

import os
from pathlib import Path


class KeptCheckpointFile:
    """One note in one file, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The note, or None when there is none. Raises OSError, UnicodeError when it cannot be read."""
        try:
            return self._path.read_bytes().decode() or None
        except FileNotFoundError:
            return None

    def keep(self, note: str) -> None:
        """Put it in place of the one before. Raises OSError."""
        # a name of this process's own: several may keep at once
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.draft")
        with open(draft, "wb", opener=_for_owner) as file:
            file.write(note.encode())
        draft.replace(self._path)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
