"""Has services send again what they have sent, for those who have lost it."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

from rich.console import Console
from sqlalchemy import Engine

from operations.operator_act import act, database_of, known_service, moment, rule_for, tell
from operations.trouble import NotInTime
from shared.kernel.clock import SystemClock
from shared.messaging.publish.republication import ask_to_republish, how_many, progress
from shared.messaging.retention import KEEP_SENT, KEEP_SENT_DAYS
from shared.settings import Settings

STANDS_STILL_AFTER_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.5
RECORD_KIND = "sent-events"


def republish(settings: Settings, service: str, since: str, reason: str, console: Console) -> None:
    """Have a service's relay send again what it sent since then, and wait until it has.

    They keep their ids and numbers, so whoever has carried them out does nothing. The log says by whom and why.
    Raises Trouble, also when the relay stands still; what was asked for is then done when it comes back.
    """
    now = SystemClock().now()
    begin = moment(since, now)
    rule = rule_for(reason)
    if begin < now - KEEP_SENT:
        console.print(
            f"Sent events are kept for {KEEP_SENT_DAYS} days: what was sent before that is not here any more."
        )
    republish_and_wait(settings, known_service(service), begin, rule, console)


def republish_and_wait(settings: Settings, service: str, since: datetime, rule: str, console: Console) -> None:
    """The same from a moment (aware), under a rule that the log names; for other commands too."""
    with database_of(settings, service) as engine:
        with engine.begin() as connection:
            count = how_many(connection, since)
            if count:
                request = ask_to_republish(connection, since)
                tell(connection, act("republish", RECORD_KIND, rule))
        if count:
            console.print(f"  {service}: {count} events to send again …")
            _wait(engine, service, request, console)
        else:
            console.print(f"  {service}: nothing was sent since then that could be sent again.")


def _wait(engine: Engine, service: str, request: UUID, console: Console) -> None:
    done, finished, moved = 0, False, time.monotonic()
    while not finished:
        with engine.connect() as connection:
            now_done, finished = progress(connection, request)
        if now_done != done:
            done, moved = now_done, time.monotonic()
        elif time.monotonic() - moved > STANDS_STILL_AFTER_SECONDS:
            raise NotInTime(
                f"{done} were sent again, and then no more for a minute. It goes on by itself when {service}'s relay "
                "and the broker do: “lotsa doctor” looks for what is wrong."
            )
        if not finished:
            time.sleep(LOOK_EVERY_SECONDS)
    console.print(f"  {done} were sent again. Who has had them already does nothing; the log says by whom, and why.")
