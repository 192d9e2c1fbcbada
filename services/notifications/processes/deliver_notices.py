"""Deliver what is due: claim in one transaction, send outside any, mark in another.

A crash between sending and marking sends the same letter again when the claim runs out, with the same Message-ID.
It is never missing: a notice is queued until a channel's next hop has taken it, or it has been given up visibly.
Whatever goes wrong with one letter settles that one alone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.notice import Parcel, Reason, Status
from services.notifications.domain.ports import CannotBeWritten, Channel, ChannelIsAway, Handover, Transaction
from services.notifications.domain.retry import LEASE, is_hopeless, wait_before
from services.notifications.processes.settle import Outcome, settle
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Failure
from shared.observability.logs import logger

BATCH = 50
WHEN_AWAY = timedelta(seconds=10)
WHEN_UNIT_UNKNOWN = timedelta(seconds=5)

_log = logger(__name__)


def deliver_notices(
    begin: Callable[[], Transaction],
    channel: Channel,
    clock: Clock,
    *,
    seconds: float = 20,
    batch: int = BATCH,
    operators: str = "",
    chance: Callable[[], float] = random.random,
) -> int:
    """Hand over due notices for at most about `seconds`, the most urgent first; how many were handed over.

    `operators`: the address of those who run the system.

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
            parcels = [_addressed(each, operators) for each in parcels]
            line = line or _open(channel, stack)
            if line is None:
                outcomes = [_away(parcel, clock, chance) for parcel in parcels]
            else:
                outcomes = _hand_over(parcels, line, clock, chance)
            sent += settle(begin, token, channel.name, outcomes)
            if any(not outcome.counts for outcome in outcomes):
                break
    return sent


def _open(channel: Channel, stack: ExitStack) -> Handover | None:
    try:
        return stack.enter_context(channel.open())
    except ChannelIsAway:
        return None
    except Exception as error:  # noqa: BLE001 - nothing has been sent, so it is as when nobody answers
        _log.error("a channel could not be opened", channel=channel.name, error=error)
        return None


def _hand_over(parcels: list[Parcel], line: Handover, clock: Clock, chance: Callable[[], float]) -> list[Outcome]:
    outcomes: list[Outcome] = []
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
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are settled, and this one is told of
            # a cause is an exception of a library's: it is logged by its type, for its text may quote the address
            _log.error("a notice could not be written", notice_id=str(parcel.id), error=error.__cause__ or error)
            outcomes.append(Outcome(parcel, Status.FAILED, Reason.COULD_NOT_BE_WRITTEN))
    try:
        line.finish()
    except ChannelIsAway:
        return _none_sent(outcomes, clock, chance)
    except Exception as error:  # noqa: BLE001 - the next hop may have nothing of it, so none of it counts
        _log.error("a channel did not take what was sent", error=error)
        return _none_sent(outcomes, clock, chance)
    return outcomes


def _addressed(parcel: Parcel, operators: str) -> Parcel:
    """Those who run the system are no unit of the directory's."""
    return replace(parcel, unit_known=True, address=operators or None) if parcel.unit_id == OPERATORS else parcel


def _one(parcel: Parcel, line: Handover, clock: Clock, chance: Callable[[], float]) -> Outcome:
    if parcel.unit_known and not parcel.address:
        return Outcome(parcel, Status.SUPPRESSED, Reason.NO_FUNCTION_ADDRESS)
    try:
        if parcel.address is None:
            raise Failure("the directory has not told of this unit yet")
        line.send(parcel, parcel.address)
    except (ChannelIsAway, CannotBeWritten):
        raise
    except Failure as failure:
        if failure.permanent:
            return Outcome(parcel, Status.FAILED, Reason.REFUSED_BY_RECIPIENT)
        if is_hopeless(clock.now() - parcel.queued_at):
            return Outcome(parcel, Status.FAILED, Reason.GAVE_UP)
        wait = wait_before(parcel.attempts, chance()) if parcel.unit_known else WHEN_UNIT_UNKNOWN
        return Outcome(parcel, wait=wait)
    return Outcome(parcel, Status.SENT)


def _none_sent(outcomes: list[Outcome], clock: Clock, chance: Callable[[], float]) -> list[Outcome]:
    return [_away(each.parcel, clock, chance) if each.status is Status.SENT else each for each in outcomes]


def _away(parcel: Parcel, clock: Clock, chance: Callable[[], float]) -> Outcome:
    """The channel was not there: this says nothing about the notice, so its own back-off does not grow."""
    if is_hopeless(clock.now() - parcel.queued_at):
        return Outcome(parcel, Status.FAILED, Reason.GAVE_UP)
    return Outcome(parcel, wait=WHEN_AWAY * (1 + chance()), counts=False)
