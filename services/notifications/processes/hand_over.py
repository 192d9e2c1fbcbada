"""Hands parcels over on an open line, and says what became of each, whatever goes wrong with one of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from services.notifications.commands.settle_notices import Outcome
from services.notifications.domain.notice import Parcel, Reason, Status
from services.notifications.domain.ports import CannotBeWritten, ChannelIsAway, Handover
from services.notifications.domain.retry import is_hopeless, wait_before
from shared.kernel.clock import Clock
from shared.kernel.refusals import Failure
from shared.observability.logs import logger

WHEN_AWAY = timedelta(seconds=10)
WHEN_UNIT_UNKNOWN = timedelta(seconds=5)

_log = logger(__name__)


def hand_over(parcels: list[Parcel], line: Handover, clock: Clock, chance: Callable[[], float]) -> list[Outcome]:
    """What became of each; ``chance`` spreads the waits."""
    outcomes: list[Outcome] = []
    is_away = False
    for parcel in parcels:
        # writing letters is work without a pause: in a bus process, let the others have their turn
        time.sleep(0)
        if is_away:
            outcomes.append(away(parcel, clock, chance))
            continue
        try:
            outcomes.append(_one(parcel, line, clock, chance))
        except ChannelIsAway:
            is_away = True
            outcomes.append(away(parcel, clock, chance))
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


def away(parcel: Parcel, clock: Clock, chance: Callable[[], float]) -> Outcome:
    """The channel was not there: this says nothing about the notice, so its own back-off does not grow."""
    if is_hopeless(clock.now() - parcel.queued_at):
        return Outcome(parcel, Status.FAILED, Reason.GAVE_UP)
    return Outcome(parcel, wait=WHEN_AWAY * (1 + chance()), counts=False)


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
    return [away(each.parcel, clock, chance) if each.status is Status.SENT else each for each in outcomes]
