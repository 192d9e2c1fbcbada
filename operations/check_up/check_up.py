"""Looks for what is wrong in an installation: in its keys, databases, broker and log, and at its outer door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import amqp
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from operations.backlog import held_services, waiting
from operations.check_up.keys import about_the_keys
from operations.check_up.log import about_the_log
from operations.check_up.outer_door import about_the_outer_door, life_at_the_outer_door
from operations.check_up.prometheus import tell_prometheus
from operations.check_up.silence import about_hearing
from operations.install.migrate import subscriptions
from shared.environment import SettingsAreWrong
from shared.kernel.clock import SystemClock
from shared.messaging.receive.parked_messages import list_parked
from shared.settings import Settings
from shared.storage.encryption import KeyTrouble

MANY_ON_THEIR_WAY = 1000


def examine_installation(settings: Settings, console: Console, metrics: Path | None = None) -> bool:
    """Print each finding with what to do about it, and return whether there was none. Processes are elsewhere.

    ``metrics``: a file for Prometheus to be told in too. Raises Trouble when it cannot be written.
    """
    now, findings = SystemClock().now(), None
    try:
        door = about_the_outer_door(settings, now)
        findings = [*about_the_servers(settings), *door]
    finally:
        if metrics is not None:
            # what could not be looked at is not said to be well; the certificate is told of all the same
            count = None if findings is None else len(findings)
            tell_prometheus(metrics, now, count, life_at_the_outer_door(settings))
    well = tell(findings, console)
    console.print(
        "Only databases, broker, keys and the outer door's certificate were looked at: each process's own health check "
        "tells of that process."
    )
    return well


def tell(findings: list[str], console: Console) -> bool:
    """Print the findings, or that there is none; whether there is none."""
    for finding in findings:
        # a log's last words have brackets of their own
        console.print(f"  • {finding}", markup=False)
    if not findings:
        console.print("Nothing is wrong.")
    return not findings


def about_the_servers(settings: Settings) -> Iterator[str]:
    """A sentence for each thing that is wrong with what databases and broker hold: keys, messages, copies, the log."""
    yield from about_the_keys(settings)
    yield from _on_their_way(settings)
    yield from _hearing(settings)
    yield from _in_the_log(settings)


def _hearing(settings: Settings) -> Iterator[str]:
    try:
        yield from about_hearing(settings, SystemClock().now())
    except SQLAlchemyError:
        # that a database does not answer is told above
        return


def _in_the_log(settings: Settings) -> Iterator[str]:
    try:
        yield from about_the_log(settings)
    except (SQLAlchemyError, SettingsAreWrong, KeyTrouble, OSError) as trouble:
        yield (
            f"Alarms, heights and the log's verification could not be looked at ({type(trouble).__name__}): nobody "
            "knows whether the log is whole. Mend what is told above, see that audit's keys are there, and ask again."
        )


def _on_their_way(settings: Settings) -> Iterator[str]:
    try:
        on_their_way = waiting(settings)
        held = held_services(settings)
        parked = list_parked(settings.admin_broker_url, [each.queue for each in subscriptions()])
    except (SQLAlchemyError, amqp.AMQPError, OSError) as trouble:
        said = "the database" if isinstance(trouble, SQLAlchemyError) else "the broker"
        yield (
            f"Outboxes and queues cannot be looked into, since {said} does not answer as it should "
            f"({type(trouble).__name__}). Start it anew; on one machine by “make stop”, then “make run”."
        )
        return
    if on_their_way > MANY_ON_THEIR_WAY:
        yield f"{on_their_way} events wait to be published or heard: do relay and bus run, and do they keep up?"
    for service in held:
        yield (
            f"{service} is held since its database was put back: people work in it, and nothing goes out from it. "
            f"“lotsa restored {service} --reason …” says what became of the time between, and lets it go on."
        )
    for queue, count in parked.items():
        if count:
            yield f"{count} parked from {queue}: “lotsa parked show {queue}” tells why."
