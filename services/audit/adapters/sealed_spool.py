"""A file on its way to a reader, too large for memory perhaps, that nobody can read on the disk.

An export with names is as confidential as the log's database, and a machine's temporary folder may be on a disk, in a
swap file or in a copy of either. So every piece is sealed (AES-256-GCM) with a key that is in memory alone and is gone
with the process or the answer, whichever ends first.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from typing import IO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 1 << 16
TAG = 16
IN_MEMORY = 8_000_000


class SealedSpool:
    """Written once from beginning to end, then read once as ``pieces()``. ``size``: bytes written, as they were."""

    def __init__(self) -> None:
        self.size = 0
        self._sealer = AESGCM(secrets.token_bytes(32))
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with us
        self._waiting = bytearray()
        self._sealed = 0

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) >= PIECE:
            self._seal(PIECE)
        return len(data)

    def flush(self) -> None:
        """Nothing: what waits for a whole piece is in memory, and is sealed when reading begins."""

    def pieces(self) -> Iterator[bytes]:
        """All of it, in order; closed at the end. Raises cryptography's InvalidTag when the file was changed."""
        if self._waiting:
            self._seal(len(self._waiting))
        self._file.seek(0)
        for number in range(self._sealed):
            yield self._sealer.decrypt(_nonce(number), self._file.read(PIECE + TAG), None)
        self.close()

    def close(self) -> None:
        """Let go of the file; safe to repeat."""
        self._waiting.clear()
        self._file.close()

    def _seal(self, length: int) -> None:
        piece = bytes(self._waiting[:length])
        del self._waiting[:length]
        # a key of its own for each file, so a counter never repeats under it
        self._file.write(self._sealer.encrypt(_nonce(self._sealed), piece, None))
        self._sealed += 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
