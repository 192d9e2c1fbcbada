"""Deliver what is due: claim in one transaction, send outside any, mark in another.

A crash between sending and marking sends the same letter again when the claim runs out, with the same Message-ID.
It is never missing: a notice is queued until a channel's next hop has taken it, or it has been given up visibly.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.notifications.domain.events import NoticeEvent, NoticeWasGivenUp, NoticeWasSent
from services.notifications.domain.notice import Parcel, Reason, Status
from services.notifications.domain.ports import Channel, ChannelIsAway, Handover, Transaction
from services.notifications.domain.retrying import LEASE, is_hopeless, wait_before
from services.notifications.published import published
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Failure

BATCH = 50
WHEN_AWAY = timedelta(seconds=10)
WHEN_UNIT_UNKNOWN = timedelta(seconds=5)


@dataclass(frozen=True)
class _Outcome:
    """What became of one parcel. No status: to be tried again after `wait`; `counts` when that was a try at all."""

    parcel: Parcel
    status: Status | None = None
    reason: Reason | None = None
    wait: timedelta = timedelta()
    counts: bool = True


def deliver_notices(
    begin: Callable[[], Transaction],
    channel: Channel,
    clock: Clock,
    *,
    seconds: float = 20,
    batch: int = BATCH,
    chance: Callable[[], float] = random.random,
) -> int:
    """Hand over due notices for at most about `seconds`, the most urgent first; how many were handed over.

    Stops when nothing is due or the channel is away. Several processes may do this at once.
    """
    until = time.monotonic() + seconds
    sent = 0
    with ExitStack() as stack:
        line: Handover | None = None
        while time.monotonic() < until:
            token = uuid7()
            with begin() as uow:
                parcels = uow.notices.claim(token, limit=batch, now=clock.now(), lease=LEASE)
                uow.commit()
            if not parcels:
                break
            try:
                line = line or stack.enter_context(channel.open())
            except ChannelIsAway:
                outcomes = [_away(parcel, clock, chance) for parcel in parcels]
            else:
                outcomes = _hand_over(parcels, line, clock, chance)
            sent += _settle(begin, token, channel.name, outcomes)
            if any(not outcome.counts for outcome in outcomes):
                break
    return sent


def _hand_over(parcels: list[Parcel], line: Handover, clock: Clock, chance: Callable[[], float]) -> list[_Outcome]:
    outcomes: list[_Outcome] = []
    away = False
    for parcel in parcels:
        # writing letters is work without a pause: in a bus process, let the others have their turn
        time.sleep(0)
        if away:
            outcomes.append(_away(parcel, clock, chance))
            continue
        try:
            outcomes.append(_one(parcel, line, clock, chance))
        except ChannelIsAway:
            away = True
            outcomes.append(_away(parcel, clock, chance))
    try:
        line.finish()
    except ChannelIsAway:
        return [_away(each.parcel, clock, chance) if each.status is Status.SENT else each for each in outcomes]
    return outcomes


def _one(parcel: Parcel, line: Handover, clock: Clock, chance: Callable[[], float]) -> _Outcome:
    if parcel.unit_known and not parcel.address:
        return _Outcome(parcel, Status.SUPPRESSED, Reason.NO_FUNCTION_ADDRESS)
    try:
        if parcel.address is None:
            raise Failure("the directory has not told of this unit yet")
        line.send(parcel, parcel.address)
    except ChannelIsAway:
        raise
    except Failure as failure:
        if failure.permanent:
            return _Outcome(parcel, Status.FAILED, Reason.REFUSED_BY_RECIPIENT)
        if is_hopeless(clock.now() - parcel.queued_at):
            return _Outcome(parcel, Status.FAILED, Reason.GAVE_UP)
        wait = wait_before(parcel.attempts, chance()) if parcel.unit_known else WHEN_UNIT_UNKNOWN
        return _Outcome(parcel, wait=wait)
    return _Outcome(parcel, Status.SENT)


def _away(parcel: Parcel, clock: Clock, chance: Callable[[], float]) -> _Outcome:
    """The channel was not there: this says nothing about the notice, so its own back-off does not grow."""
    if is_hopeless(clock.now() - parcel.queued_at):
        return _Outcome(parcel, Status.FAILED, Reason.GAVE_UP)
    return _Outcome(parcel, wait=WHEN_AWAY * (1 + chance()), counts=False)


def _settle(begin: Callable[[], Transaction], token: UUID, channel: str, outcomes: list[_Outcome]) -> int:
    with begin() as uow:
        now = uow.clock.now()
        events: list[NoticeEvent] = []
        for status, reason in {(each.status, each.reason) for each in outcomes}:
            if status is None:
                continue
            same = [each.parcel for each in outcomes if (each.status, each.reason) == (status, reason)]
            # whatever this claim no longer holds was taken over by another process, which will tell of it
            settled = uow.notices.settle(token, [parcel.id for parcel in same], status, reason, now)
            events += [_event(parcel, reason, channel, uow) for parcel in same if parcel.id in settled]
        for each in outcomes:
            if each.status is None:
                uow.notices.postpone(token, each.parcel.id, now + each.wait, counts=each.counts)
        uow.publish(*published(*events))
        uow.commit()
    return sum(isinstance(event, NoticeWasSent) for event in events)


def _event(parcel: Parcel, reason: Reason | None, channel: str, uow: Transaction) -> NoticeEvent:
    now = uow.clock.now()
    template = parcel.notice.template
    if reason is None:
        return NoticeWasSent(
            notice_id=parcel.id, template=template, unit_id=parcel.unit_id, channel=channel, occurred_at=now
        )
    return NoticeWasGivenUp(
        notice_id=parcel.id, template=template, unit_id=parcel.unit_id, channel=channel, occurred_at=now, reason=reason
    )
