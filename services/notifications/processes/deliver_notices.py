"""Delivers what is due: claim in one transaction, send outside any, mark in another.

A crash between sending and marking sends the same letter again when the claim runs out, with the same Message-ID.
It is never missing: a notice is queued until a channel's next hop has taken it, or it has been given up visibly.
Whatever goes wrong with one letter settles that one alone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from uuid import UUID

from services.notifications.commands.settle_notices import Outcome, SettleNotices, settle_notices
from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Channel, ChannelIsAway, Handover, Transaction
from services.notifications.domain.retry import LEASE
from services.notifications.processes.hand_over import away, hand_over
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.messaging.trouble import Meaning, meaning_of
from shared.observability.logs import logger

BATCH = 50

_log = logger(__name__)


class Delivery:
    """Hands over due notices, the most urgent first. Several processes may do this at once."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Transaction]],
        channel: Channel,
        clock: Clock,
        *,
        seconds: float = 20,
        batch: int = BATCH,
        operators: str = "",
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``seconds``: about how long one run may take; ``operators``: the address of those who run the system."""
        self._begin = begin
        self._channel = channel
        self._clock = clock
        self._seconds = seconds
        self._batch = batch
        self._operators = operators
        self._chance = chance

    def run(self) -> int:
        """Deliver until nothing is due, the time is over or the channel is away; how many were handed over."""
        until = time.monotonic() + self._seconds
        sent = 0
        with ExitStack() as stack:
            line: Handover | None = None
            while time.monotonic() < until:
                token = uuid7()
                with self._begin() as uow:
                    parcels = uow.notices.claim(token, limit=self._batch, now=self._clock.now(), lease=LEASE)
                if not parcels:
                    break
                parcels = [self._addressed(each) for each in parcels]
                line = line or self._open(stack)
                if line is None:
                    outcomes = [away(parcel, self._clock, self._chance) for parcel in parcels]
                else:
                    outcomes = hand_over(parcels, line, self._clock, self._chance)
                sent += self._settle(token, outcomes)
                if any(not outcome.counts for outcome in outcomes):
                    break
        return sent

    def _addressed(self, parcel: Parcel) -> Parcel:
        """Those who run the system are no unit of the directory's."""
        if parcel.unit_id != OPERATORS:
            return parcel
        return replace(parcel, unit_known=True, address=self._operators or None)

    def _open(self, stack: ExitStack) -> Handover | None:
        try:
            return stack.enter_context(self._channel.open())
        except ChannelIsAway:
            return None
        except Exception as error:  # noqa: BLE001 - nothing has been sent, so it is as when nobody answers
            _log.error("a channel could not be opened", channel=self._channel.name, error=error)
            return None

    def _settle(self, token: UUID, outcomes: Sequence[Outcome]) -> int:
        """Mark outcomes and tell of them; how many were sent. One that cannot be marked keeps none of the others from
        it: it is logged, and claimed again when its claim runs out. Raises what a database that is away raises.
        """
        try:
            return self._in_one_transaction(token, outcomes)
        except Exception as error:
            if meaning_of(error) is Meaning.WAIT:
                raise
            _log.info("one by one", notices=len(outcomes), error=error)
        sent = 0
        for outcome in outcomes:
            try:
                sent += self._in_one_transaction(token, [outcome])
            except Exception as error:
                if meaning_of(error) is Meaning.WAIT:
                    raise
                _log.error("a notice could not be marked", notice_id=str(outcome.parcel.id), error=error)
        return sent

    def _in_one_transaction(self, token: UUID, outcomes: Sequence[Outcome]) -> int:
        with self._begin() as uow:
            return settle_notices(SettleNotices(token=token, channel=self._channel.name, outcomes=outcomes), uow)
