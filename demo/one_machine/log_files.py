"""Keeps the box's log files small, those that are being written too: each has a predecessor, and no more."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LARGEST = 10_000_000
KEPT_OF_A_FULL_DISK = 100_000


def logs_of(folder: Path) -> Iterator[Path]:
    """Every log of a box. Each is opened to be appended to, so that it may be cut while its writer goes on."""
    yield from (folder / "logs").glob("*.log")
    yield folder / "postgres" / "postgres.log"
    yield folder / "rabbitmq" / "rabbitmq.log"


def keep_small(log: Path, largest: int = LARGEST) -> bool:
    """Lay a log that has grown too large aside, as `….log.1`, and begin it anew; whether that was needed.

    A line that is written in that moment may be lost. Where there is no room to lay it aside its end is kept. Raises
    nothing that a disk may say: the next look tries again.
    """
    with suppress(OSError):
        if log.stat().st_size <= largest:
            return False
        older = log.with_suffix(".log.1")
        try:
            shutil.copy2(log, older)
        except OSError:
            _keep_its_end(log, older)
        else:
            os.truncate(log, 0)
        return True
    return False


def _keep_its_end(log: Path, older: Path) -> None:
    older.unlink(missing_ok=True)
    with log.open("rb") as file:
        file.seek(-min(KEPT_OF_A_FULL_DISK, log.stat().st_size), os.SEEK_END)
        end = file.read()
    os.truncate(log, 0)
    with log.open("ab") as file:
        file.write(end)
