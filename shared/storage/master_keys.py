"""A service's master keys, as its file holds them: one a line; the first wraps, and every one opens what it wrapped.

Keys are added while processes run (``lotsa keys rotate``), so the file is looked at again: when a data key names a
master key that is not known here, and otherwise at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from shared.storage.encryption import (
    DataKey,
    KeyIsMissing,
    KeyTrouble,
    MasterKey,
    MasterKeyIsWrong,
    Unreadable,
    master_key_id_of,
)

LOOK_AGAIN_AFTER_SECONDS = 1.0


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
        self._path = path
        self._seconds = seconds
        self._stamp = self._look()
        self._keys = read_master_keys(path)
        self._looked_at = seconds()

    @classmethod
    def from_file(cls, path: Path) -> MasterKeys:
        """Read them. Raises KeyIsMissing, MasterKeyIsWrong."""
        return cls(path)

    @property
    def current(self) -> MasterKey:
        """The one that wraps what is new."""
        if self._seconds() - self._looked_at >= LOOK_AGAIN_AFTER_SECONDS:
            self._read_again()
        return self._keys[0]

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A new data key and its wrapped form for the database."""
        return self.current.new_data_key()

    def unwrap(self, key_id: UUID, wrapped: bytes) -> DataKey:
        """The data key again, by whichever master key wrapped it. Raises Unreadable."""
        wrapped = bytes(wrapped)
        name = master_key_id_of(wrapped)
        if name is None:
            return self._by_any(key_id, wrapped)
        found = self._called(name)
        if found is None:
            self._read_again()
            found = self._called(name)
        if found is None:
            raise Unreadable("the data key was wrapped by a master key that is not here")
        return found.unwrap(key_id, wrapped)

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """A 32-byte key for one purpose under each master key, the current one's first."""
        self.current  # noqa: B018 - looks whether the file has changed
        return tuple(key.derive(purpose) for key in self._keys)

    def fingerprint(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint of a value under the current key, for look-up without storing it: a blind index."""
        return self.current.fingerprint(purpose, value)

    def _by_any(self, key_id: UUID, wrapped: bytes) -> DataKey:
        # what does not say which is older than any key that was added since, so the oldest is tried first
        for key in reversed(self._keys):
            try:
                return key.unwrap(key_id, wrapped)
            except Unreadable:
                continue
        raise Unreadable("the data key was wrapped by another master key, or changed")

    def _called(self, name: str) -> MasterKey | None:
        return next((key for key in self._keys if key.id == name), None)

    def _read_again(self) -> None:
        """Take what the file holds now; while it is away or half there, what is known goes on being used."""
        self._looked_at = self._seconds()
        stamp = self._look()
        if stamp is None or stamp == self._stamp:
            return
        try:
            self._keys, self._stamp = read_master_keys(self._path), stamp
        except KeyTrouble:
            return

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
