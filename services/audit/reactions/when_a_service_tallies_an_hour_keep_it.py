"""For each hour that is over a service says how much it told and who looked: so what was never told is missed too."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from services.audit.domain.tallies import publisher_in
from shared.contracts.common import TallyAnnounced
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock


class Tallies(Protocol):
    """Where tallies are kept."""

    def keep(self, publisher: str, tally: TallyAnnounced, said_at: datetime, heard_at: datetime) -> None:
        """Note what a service says of an hour."""
        ...


class Listening(Protocol):
    """The unit of work that this needs."""

    cause: Envelope | None
    clock: Clock

    @property
    def tallies(self) -> Tallies: ...


def keep_tally(event: TallyAnnounced, uow: Listening) -> None:
    """Keep it, to be compared with the log."""
    if uow.cause is None:
        raise ValueError("an event is only ever heard with its envelope")
    uow.tallies.keep(publisher_in(uow.cause.source), event, uow.cause.time, uow.clock.now())
