"""The newest signed checkpoint in a file beside the signing key: whoever cuts the database does not reach it.

Written after the database's commit, so it is never newer than the log; older is fine, since the log must only have
grown out of it. It is replaced whole and not synced to the disk: after a loss of power it may be older; or empty, which
counts as none; or hold what nobody signed: then the sequencer refuses, and a person decides.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from services.audit.log.checkpoint import CheckpointIsMalformed
from services.audit.log.kept_note import note_from_file


class KeptCheckpointFile:
    """One note in one file, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The note, or None when there is none; what is no text is read as one that nobody signed. Raises OSError."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        if not raw:
            return None
        try:
            # somebody may have put it back from a copy that went by way of another system
            return note_from_file(raw)
        except CheckpointIsMalformed:
            return raw.decode(errors="replace")

    def keep(self, note: str) -> None:
        """Put it in place of the one before. Raises OSError."""
        # several may keep at once, and in containers each of them is the process number 1; made for its owner alone
        made, name = tempfile.mkstemp(".draft", f"{self._path.name}.", self._path.parent)
        draft = Path(name)
        try:
            with open(made, "wb") as file:
                file.write(note.encode())
            draft.replace(self._path)
        finally:
            # a disk that is full is tried again and again, and must not be filled with drafts
            draft.unlink(missing_ok=True)
