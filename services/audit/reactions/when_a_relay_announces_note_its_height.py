"""Each relay says, each minute, how far it has come; so a lost tail is noticed, not only a hole."""

from __future__ import annotations

from typing import Protocol

from services.audit.domain.ports import Sequences
from shared.contracts.common import RelayAnnounced
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock


class Listening(Protocol):
    """The unit of work that this needs."""

    cause: Envelope | None
    clock: Clock

    @property
    def sequences(self) -> Sequences: ...


def note_height(event: RelayAnnounced, uow: Listening) -> None:
    """Keep the announcement for the reconciliation."""
    if uow.cause is None:
        raise ValueError("an event is only ever heard with its envelope")
    uow.sequences.announce(uow.cause.source, event.highest_sequence, uow.clock.now())
