"""Keeps the exact letters that would have been sent. The same letter twice is kept once, as by a good provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from services.notifications.channels.letter import Sender, letter
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Handover


class Keeps(Protocol):
    """Somewhere to keep a letter, by its notice."""

    def __call__(self, notice_id: UUID, address: str, raw: bytes) -> None: ...


class DemoMailbox:
    """A channel that ends in a table."""

    name = "demo-mailbox"

    def __init__(self, keep: Keeps, sender: Sender) -> None:
        self._keep = keep
        self._sender = sender

    @contextmanager
    def open(self) -> Iterator[Handover]:
        """There is always a line to ourselves."""
        yield self

    def send(self, parcel: Parcel, address: str) -> None:
        """Keep the letter as it would have gone out, headers and all."""
        self._keep(parcel.id, address, letter(parcel, address, self._sender).as_bytes())
