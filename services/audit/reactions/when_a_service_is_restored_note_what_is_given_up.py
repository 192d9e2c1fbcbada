"""A service was put back: the numbers that nobody holds any more are no gap from now on; the entry says by whom.

A service speaks for its own numbers alone. Audit speaks for all: what its own database lost was everybody's.
"""

from __future__ import annotations

from typing import Protocol

from services.audit.domain.given_up import runs_by_epoch
from services.audit.domain.ports import Sequences
from shared.contracts.common import ServiceRestored
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock
from shared.kernel.refusals import Failure

AUDIT = "audit"


class Listening(Protocol):
    """The unit of work that this needs."""

    cause: Envelope | None
    clock: Clock

    @property
    def sequences(self) -> Sequences: ...


def note_what_is_given_up(event: ServiceRestored, uow: Listening) -> None:
    """Keep it for the reconciliation. Raises Failure (permanent) when it cannot be read, or is another's to say."""
    if uow.cause is None:
        raise ValueError("an event is only ever heard with its envelope")
    try:
        runs = runs_by_epoch(event.given_up)
    except ValueError:
        raise Failure("what is given up cannot be read", permanent=True) from None
    for (publisher, epoch), given_up in runs.items():
        if uow.cause.publisher not in (publisher, AUDIT):
            raise Failure("another service's numbers are given up", permanent=True)
        source = f"/lotsa/{uow.cause.installation}/{publisher}/{epoch}"
        uow.sequences.give_up(source, given_up, event.restore_id, uow.clock.now())
    publisher = f"/lotsa/{uow.cause.installation}/{uow.cause.publisher}"
    uow.sequences.excuse_hours(publisher, event.since, event.occurred_at, event.restore_id)
    for epoch in event.ended:
        # nothing of it may be missing: then this says that it is over
        uow.sequences.give_up(f"{publisher}/{epoch}", (), event.restore_id, uow.clock.now())
