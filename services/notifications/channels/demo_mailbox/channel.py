"""Keeps the exact letters that would have been sent. The same letter twice is kept once, as by a good provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias
from uuid import UUID

from services.notifications.channels.email.letter import Sender, written
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Handover

Kept: TypeAlias = tuple[UUID, str, bytes]


class Keeps(Protocol):
    """Somewhere to keep letters, each with its notice and address; all of them or none."""

    def __call__(self, letters: Sequence[Kept]) -> None: ...


class DemoMailbox:
    """A channel that ends in a table."""

    name = "demo-mailbox"

    def __init__(self, keep: Keeps, sender: Sender) -> None:
        self._keep = keep
        self._sender = sender

    @contextmanager
    def open(self) -> Iterator[Handover]:
        """There is always a line to ourselves."""
        yield _Line(self._keep, self._sender)


class _Line:
    def __init__(self, keep: Keeps, sender: Sender) -> None:
        self._keep = keep
        self._sender = sender
        self._letters: list[Kept] = []

    def send(self, parcel: Parcel, address: str) -> None:
        """Write the letter as it would have gone out, headers and all. Raises CannotBeWritten."""
        self._letters.append((parcel.id, address, written(parcel, address, self._sender)))

    def finish(self) -> None:
        """Keep what was written."""
        letters, self._letters = self._letters, []
        if letters:
            self._keep(letters)
