"""Checkpoints: a tree's size and root (c2sp.org/tlog-checkpoint), and what can be wrong with one.

They are signed by the keys of ``keys.py``, as notes that ``open_checkpoint.py`` opens.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass


class CheckpointIsWrong(ValueError):
    """A checkpoint that cannot be relied on."""


class CheckpointIsMalformed(CheckpointIsWrong):
    """The text is not a signed note with a checkpoint in it."""


class CheckpointIsForeign(CheckpointIsWrong):
    """It is another log's, or the expected key has not signed it."""


class SignatureIsWrong(CheckpointIsWrong):
    """The expected key's signature does not fit the text."""


@dataclass(frozen=True)
class Checkpoint:
    """The log's state at one size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text: origin, size in decimal, root in base64, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
