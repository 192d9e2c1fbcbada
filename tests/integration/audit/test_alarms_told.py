"""Every alarm is told to the others, its opening and its closing once each, with its kind and id and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.audit.adapters.log_store import OpenLog
from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.commands.tell_of_alarms import TellOfAlarms, tell_of_alarms
from services.audit.domain.alarms import Alarm
from tests.integration.audit.support import World, do_as
from tests.support.cast import ESTER


@pytest.fixture(autouse=True)
def _nothing_left(world: World) -> Iterator[None]:
    yield
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms; truncate outbox")


def tell(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Tell what there is to tell; everything that has been told so far."""
    with world.parts.as_service() as uow:
        tell_of_alarms(TellOfAlarms(), uow)
        uow.commit()
    return [tuple(row) for row in world.as_role("", "select event_type, data from outbox order by id")]


def test_an_alarm_is_told_when_it_opens_and_when_it_closes(world: World) -> None:
    """Once each, however often one looks; a reviewer's reason goes along."""
    with world.parts.as_service() as uow:
        uow.alarms.open(Alarm("event-doubled", "/lotsa/x/referral/1", 7, 7), world.clock.now())
        uow.commit()
    for _ in range(2):
        [(kind, data)] = tell(world)
    alarm_id = data["alarm_id"]
    assert (kind, set(data), data["kind"]) == ("alarm.opened.v1", {"alarm_id", "kind", "noticed_at"}, "event-doubled")
    with world.parts.as_service() as uow:
        close_alarm(CloseAlarm(alarm_id=alarm_id, reason="investigated"), ESTER, uow)
        uow.commit()
    for _ in range(2):
        told = dict(tell(world))
    assert set(told) == {"alarm.opened.v1", "alarm.closed.v1"}
    closed = told["alarm.closed.v1"]
    assert (closed["alarm_id"], closed["reason"]) == (alarm_id, "investigated")


def test_what_the_sequencer_raises_is_told_too(world: World) -> None:
    """Its role may write no event itself."""
    with OpenLog(world.log)() as log:
        log.alarm("log-has-shrunk", "audit", 3, 5, uuid4(), world.clock.now())
        log.commit()
    assert [(kind, data["kind"]) for kind, data in tell(world)] == [("alarm.opened.v1", "log-has-shrunk")]


def test_what_opened_and_closed_meanwhile_is_told_as_both(world: World) -> None:
    """Nobody is left with an alarm that only opened, or only closed."""
    owner = world.settings.service("audit").owner_database_url
    do_as(
        owner,
        "insert into alarms (alarm_id, kind, source, first, last, noticed_at, closed_at) "
        f"values ('{uuid4()}', 'events-missing', '/lotsa/x/referral/1', 1, 1, now(), now())",
    )
    assert {kind for kind, _ in tell(world)} == {"alarm.opened.v1", "alarm.closed.v1"}
