"""Parked messages: counted, explained without their contents, sent back, and thrown away."""

from __future__ import annotations

import time

import amqp
from rich.console import Console

from operations.install.migrate import subscriptions
from operations.operator_act import PURPOSE, act_on
from operations.trouble import Trouble
from shared.access.access import Look
from shared.kernel.clock import SystemClock
from shared.kernel.identity import uuid7
from shared.messaging.names import service_of
from shared.messaging.publish.outbox import append
from shared.messaging.receive.parked_messages import Parked, Parking, list_parked
from shared.messaging.trouble import BrokerTrouble
from shared.settings import Settings
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import Told

OPERATOR = "operator-cli"
INTO_THE_LOG = "audit.remember"
"""What lies parked from here has its number in the log; audit's other queues tell it how far others have come."""
BACK_WITHIN_SECONDS = 3.0
REASONS = {
    "unreadable": "nobody can read it",
    "never-possible": "it was read, and can never be carried out",
    "done-otherwise": "what it asks for was done in another way",
    "not-ours": "it was not sent by this installation",
}
"""Why a message may be thrown away: code and meaning."""


def show_counts(settings: Settings, console: Console) -> int:
    """Print how many are parked by queue, and return how many in all."""
    counts = list_parked(settings.admin_broker_url, [each.queue for each in subscriptions()])
    for queue, count in counts.items():
        console.print(f"  {count:6}  {queue}")
    total = sum(counts.values())
    console.print(f"{total} parked in all.")
    return total


def show(settings: Settings, queue: str, console: Console) -> None:
    """Print what is parked from one queue, each with the whole id that `replay` wants. Raises Trouble."""
    try:
        with Parking(settings.admin_broker_url) as parking:
            found = parking.look(queue)
    except amqp.NotFound as unknown:
        raise _no_such(queue) from unknown
    for each in found:
        whence = (
            f"from {each.source or 'nobody knows where'}, sequence {'–' if each.sequence is None else each.sequence}"
        )
        console.print(
            f"{each.handle}  {each.event_type or 'unreadable'}\n"
            f"    {each.reason}, after {each.attempts} attempts; parked {each.parked_at or 'nobody knows when'}"
            f"{', come back after it was sent back' if each.replayed_by else ''}; "
            f"{whence}; {each.size} bytes",
            markup=False,
        )
    if not found:
        console.print(f"Nothing is parked from {queue}.")


def replay(settings: Settings, queue: str, ids: list[str] | None, console: Console) -> None:
    """Send back the named ones, or all when `ids` is None, and tell which came back at once.

    Raises Trouble when none is named, one of those named is not there (the others have gone), one came back, or the
    broker refuses.
    """
    if ids is not None and not ids:
        raise Trouble("Say which: --event ID (as “lotsa parked show” prints it), or --all.")
    record = _Recording(settings, "replay", "operators-replay-parked-messages")
    try:
        with Parking(settings.admin_broker_url) as parking:
            went = parking.replay(queue, ids, by=OPERATOR, before=record)
            console.print(f"{len(went)} sent back to {queue}.")
            back = _come_back(parking, queue, went)
    except amqp.NotFound as unknown:
        raise _no_such(queue) from unknown
    except BrokerTrouble as trouble:
        raise Trouble(f"The broker did not take them: {trouble}. What was not taken lies where it was.") from trouble
    for each in back:
        console.print(f"{each.handle}  came back at once: {each.reason}", markup=False)
    missing = [given for given in ids or [] if not any(each.is_called([given]) for each in went)]
    if missing:
        raise Trouble(f"Not parked from {queue}: {', '.join(sorted(missing))}.")
    if back:
        raise Trouble(
            f"{len(back)} came back at once. Mend the cause before the next replay; what can never be carried out is "
            "thrown away with “lotsa parked discard ID --reason …”."
        )


def discard(settings: Settings, handle: str, reason: str, queue: str, console: Console) -> None:
    """Throw one message away for good, wherever it is parked, with a coded reason that the audit log keeps.

    Raises Trouble when the reason is none of REASONS, it is parked nowhere, or from several queues and none is named.
    """
    if reason not in REASONS:
        told = "; ".join(f"{code} ({meaning})" for code, meaning in REASONS.items())
        raise Trouble(f"Say why, as one of these codes, since the audit log holds no free text: --reason {told}.")
    record = _Recording(settings, "discard", rule_for(reason))
    try:
        with Parking(settings.admin_broker_url) as parking:
            places = [queue] if queue else _where(parking, handle)
            if len(places) > 1:
                raise Trouble(f"It is parked from {', '.join(places)}: say from which, with --queue.")
            gone = parking.discard(places[0], [handle], before=record) if places else []
    except amqp.NotFound as unknown:
        raise _no_such(queue) from unknown
    if not gone:
        raise Trouble(f"Nothing that is called {handle} is parked{f' from {queue}' if queue else ''}.")
    for each in gone:
        done = f"{each.handle}  thrown away from {each.queue}; the audit log says by whom, and why."
        console.print(done, markup=False)
        if each.queue == INTO_THE_LOG:
            number = "an event" if each.sequence is None else f"number {each.sequence}"
            console.print(
                f"The log will lack {number} for ever; its alarm stays until a reviewer closes it.", markup=False
            )


def _where(parking: Parking, handle: str) -> list[str]:
    """The queues that it is parked from. Looked for twice: somebody else who looks may hold it for a moment."""
    for wait in (0.0, 0.5):
        time.sleep(wait)
        queues = [each.queue for each in subscriptions()]
        if found := [each for each in queues if any(one.is_called([handle]) for one in parking.look(each))]:
            return found
    return []


def rule_for(reason: str) -> str:
    """The rule by which an operator may throw a message away for this reason, as the log names it."""
    return f"operators-discard-{reason}"


def _come_back(parking: Parking, queue: str, went: list[Parked]) -> list[Parked]:
    """Those that were parked again within a moment. One that is tried several times first comes back later."""
    handles = {each.handle for each in went}
    until = time.monotonic() + BACK_WITHIN_SECONDS if went else 0.0
    back: list[Parked] = []
    while len(back) < len(went) and time.monotonic() < until:
        time.sleep(0.25)
        back = [each for each in parking.look(queue) if each.handle in handles]
    return back


class _Recording:
    """Has the log say who did what with which message; the message stays parked when this cannot be written.

    It goes the way of every event: into the outbox of the service whose queue it is, committed before the broker is
    told anything.
    """

    def __init__(self, settings: Settings, action: str, rule: str) -> None:
        self._settings = settings
        self._action = action
        self._rule = rule

    def __call__(self, parked: Parked) -> None:
        now = SystemClock().now()
        about = (parked.id,) if parked.id else ()
        look = Look(action=self._action, record_kind="parked-message", subjects=about, rule=self._rule, purpose=PURPOSE)
        record = act_on(look, now)
        engine = make_engine(self._settings.service(service_of(parked.queue)).database_url, pool_size=1)
        try:
            with engine.begin() as connection:
                append(connection, [Told(record, uuid7(), causation_id=parked.id)], occurred_at=now)
        finally:
            engine.dispose()


def _no_such(queue: str) -> Trouble:
    return Trouble(f"There is no queue {queue}; “lotsa parked list” names them.")
