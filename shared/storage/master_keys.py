"""A service's master keys, as its file holds them: one a line; the first wraps, and every one opens what it wrapped.

Keys are added while processes run (``lotsa keys rotate``), so the file is looked at again: when a data key names a
master key that is not known here, and otherwise at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from shared.kernel.file_watch import Watched
from shared.storage.encryption import (
    DataKey,
    KeyIsMissing,
    KeyTrouble,
    MasterKey,
    MasterKeyIsWrong,
    Unreadable,
    master_key_id_of,
)


def read_master_keys(path: Path) -> tuple[MasterKey, ...]:
    """What a file holds, in its order. Raises KeyIsMissing, MasterKeyIsWrong; each names the file only."""
    try:
        lines = [line for line in path.read_text("ascii").splitlines() if line.strip()]
    except FileNotFoundError:
        raise KeyIsMissing(f"There is no master key at {path}: put it back from where a copy of it is kept.") from None
    except (OSError, ValueError):
        raise MasterKeyIsWrong(f"The master key at {path} cannot be read.") from None
    try:
        keys = tuple(map(MasterKey.from_line, lines))
    except MasterKeyIsWrong as wrong:
        raise MasterKeyIsWrong(f"The file {path} does not hold master keys: {wrong}.") from None
    if not keys or len({key.id for key in keys}) < len(keys):
        raise MasterKeyIsWrong(f"The file {path} holds no master key, or two of one name.")
    return keys


class MasterKeys:
    """The keys of one file, shared by all of a process."""

    def __init__(self, path: Path, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._file = Watched(path, read_master_keys, wrong=KeyTrouble, seconds=seconds)

    @classmethod
    def from_file(cls, path: Path) -> MasterKeys:
        """Read them. Raises KeyIsMissing, MasterKeyIsWrong."""
        return cls(path)

    @property
    def current(self) -> MasterKey:
        """The one that wraps what is new."""
        return self._file.current[0]

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A new data key and its wrapped form for the database."""
        return self.current.new_data_key()

    def unwrap(self, key_id: UUID, wrapped: bytes) -> DataKey:
        """The data key again, by whichever master key wrapped it. Raises Unreadable."""
        wrapped = bytes(wrapped)
        name = master_key_id_of(wrapped)
        if name is None:
            return self._by_any(key_id, wrapped)
        found = _called(name, self._file.known) or _called(name, self._file.now())
        if found is None:
            raise Unreadable("the data key was wrapped by a master key that is not here")
        return found.unwrap(key_id, wrapped)

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """A 32-byte key for one purpose under each master key, the current one's first."""
        return tuple(key.derive(purpose) for key in self._file.current)

    def fingerprint(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint of a value under the current key, for look-up without storing it: a blind index."""
        return self.current.fingerprint(purpose, value)

    def _by_any(self, key_id: UUID, wrapped: bytes) -> DataKey:
        # what does not say which is older than any key that was added since, so the oldest is tried first
        for key in reversed(self._file.known):
            try:
                return key.unwrap(key_id, wrapped)
            except Unreadable:
                continue
        raise Unreadable("the data key was wrapped by another master key, or changed")


def _called(name: str, keys: Sequence[MasterKey]) -> MasterKey | None:
    return next((key for key in keys if key.id == name), None)
