"""Parked messages: counted, explained without their contents, and sent back."""

from __future__ import annotations

import getpass

import amqp
from rich.console import Console

from deploy.migrate import subscriptions
from deploy.onebox.trouble import Trouble
from shared.contracts.common import AccessRecorded
from shared.kernel.actor import Role
from shared.kernel.clock import SystemClock
from shared.kernel.identity import uuid7
from shared.messaging.names import service_of
from shared.messaging.outbox import append
from shared.messaging.parked import Parked, Parking, list_parked
from shared.messaging.trouble import BrokerTrouble
from shared.settings import Settings
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import Told

OPERATOR = "operator-cli"


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
            f"{each.event_id or each.message_id}  {each.event_type or 'unreadable'}\n"
            f"    {each.reason}, after {each.attempts} attempts; parked {each.parked_at or 'nobody knows when'}; "
            f"{whence}; {each.size} bytes",
            markup=False,
        )
    if not found:
        console.print(f"Nothing is parked from {queue}.")


def replay(settings: Settings, queue: str, ids: list[str] | None, console: Console) -> None:
    """Send back the named ones, or all when `ids` is None.

    Raises Trouble when none is named, one of those named is not there (the others have gone), or the broker refuses.
    """
    if ids is not None and not ids:
        raise Trouble("Say which: --event ID (as “lotsa parked show” prints it), or --all.")
    try:
        with Parking(settings.admin_broker_url) as parking:
            went = parking.replay(queue, ids, by=OPERATOR, before=lambda each: _audit(settings, each))
    except amqp.NotFound as unknown:
        raise _no_such(queue) from unknown
    except BrokerTrouble as trouble:
        raise Trouble(f"The broker did not take them: {trouble}. What was not taken lies where it was.") from trouble
    console.print(f"{len(went)} sent back to {queue}.")
    unknown_ids = {*(ids or [])} - {name for each in went for name in (str(each.event_id), each.message_id)}
    if unknown_ids:
        raise Trouble(f"Not parked from {queue}: {', '.join(sorted(unknown_ids))}.")


def _audit(settings: Settings, parked: Parked) -> None:
    """Have the log say who sent which message back; the message stays parked when this cannot be written."""
    engine = make_engine(settings.service(service_of(parked.queue)).database_url, pool_size=1)
    now = SystemClock().now()
    record = AccessRecorded(
        access_id=uuid7(),
        action="replay",
        outcome="allowed",
        rule="operators-replay-parked-messages",
        purpose="operations",
        issuer="operating-system",
        subject=getpass.getuser(),
        role=Role.OPERATOR,
        record_kind="parked-message",
        subjects=(parked.event_id,) if parked.event_id else (),
        occurred_at=now,
    )
    try:
        with engine.begin() as connection:
            append(connection, [Told(record, uuid7(), causation_id=parked.event_id)], occurred_at=now)
    finally:
        engine.dispose()


def _no_such(queue: str) -> Trouble:
    return Trouble(f"There is no queue {queue}; “lotsa parked list” names them.")
