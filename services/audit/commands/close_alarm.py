"""A person has looked at an event that came twice, at two events under one number, or at a log that was not ours.

The alarm need not stay open; while the sequencer still refuses, it raises it again.

What happened stays in the table, with when it was closed; who closed it is an entry of the log. Gaps and silences are
not closed by hand: they end when they are mended.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.audit.commands.integrate_pending import DOUBLED_EVENT, DOUBLED_SEQUENCE
from services.audit.domain.ports import Sequences
from services.audit.domain.refusals import LogHasAnotherKey, LogHasShrunk
from shared.kernel.clock import Clock

CLOSED_BY_HAND = (DOUBLED_EVENT, DOUBLED_SEQUENCE, LogHasShrunk.kind, LogHasAnotherKey.kind)


class Closing(Protocol):
    """The unit of work that this needs."""

    clock: Clock

    @property
    def sequences(self) -> Sequences: ...


def close_alarm(uow: Closing, alarm_id: UUID) -> bool:
    """Close it; again changes nothing. False when there is no such alarm that a person may close."""
    return uow.sequences.close(alarm_id, CLOSED_BY_HAND, uow.clock.now())
