"""`lotsa doctor` looks at alarms, heights, queues and the verification, and says nothing is wrong only then."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from operations.check_up.log import about_the_log
from services.audit.commands.reconcile_sequences import ReconcileSequences, reconcile_sequences
from services.audit.domain.alarms import Alarm
from services.audit.domain.gaps import GRACE
from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from tests.integration.audit.broken_log import as_owner, tick, verify
from tests.integration.audit.support import World, do_as, sent

pytestmark = pytest.mark.usefixtures("a_log", "everywhere")


@pytest.fixture(scope="module")
def everywhere(settings: Settings) -> None:
    """The other services' tables are there too."""
    for service in SERVICES:
        if service != "audit":
            migrate(service, settings.service(service).owner_database_url)


def told(world: World) -> list[str]:
    return list(about_the_log(world.settings, world.clock.now()))


def test_a_log_that_is_whole_and_verified_gives_nothing_to_say(world: World) -> None:
    """Also right after its first entries, before anybody has had time to verify."""
    assert told(world) == []
    verify(world)
    assert told(world) == []


def test_every_open_alarm_is_told_with_where_to_read(world: World) -> None:
    """Since when, of what kind, from whom and which numbers."""
    verify(world)
    with world.parts.as_service() as uow:
        uow.alarms.open(Alarm("event-doubled", "/lotsa/x/referral/1", 7, 7), world.clock.now())
        uow.alarms.open(Alarm("entry-changed", "audit", 3, 4, where="log_entries.leaf"), world.clock.now())
        uow.commit()
    read = "docs/operating.md#{} tells what to do."
    assert sorted(told(world)) == [
        f"Alarm since {world.clock.now():%Y-%m-%d %H:%M} UTC: {what}. {read.format(kind)}"
        for kind, what in (
            ("entry-changed", "entry-changed, audit 3 to 4 in log_entries.leaf"),
            ("event-doubled", "event-doubled, referral 7"),
        )
    ]


def test_heights_that_the_log_has_not_reached_are_told(world: World) -> None:
    """With and without an alarm about them."""
    verify(world)
    with world.parts.as_service() as uow:
        uow.sequences.announce(f"/lotsa/x/referral/{uuid4()}", 5, world.clock.now())
        uow.commit()
    assert told(world) == []
    world.clock.advance(GRACE)
    assert any("referral has told of 5 events, and 5 of them have not come to the log" in each for each in told(world))
    with world.parts.as_service() as uow:
        reconcile_sequences(ReconcileSequences(parked=dict), uow)
        uow.commit()
    assert any("events-missing, referral 1 to 5" in each for each in told(world))
    do_as(world.settings.service("audit").owner_database_url, "delete from announcements")


def test_what_waits_is_told_with_its_age(world: World) -> None:
    """Before the log, and in any service's outbox."""
    verify(world)
    world.hear(sent(uuid4(), []))
    owner = world.settings.service("audit").owner_database_url
    old = "clock_timestamp() - interval '5 minutes'"
    do_as(owner, f"update pending_entries set received_at = {old}")
    do_as(
        world.settings.service("notifications").owner_database_url,
        "insert into outbox (id, event_type, data, occurred_at, correlation_id, history, written_at) "
        f"values ('{uuid4()}', 'notice.sent.v1', '{{}}', now(), '{uuid4()}', false, {old})",
    )
    found = told(world)
    assert any("1 events wait to enter the log, the oldest for 5 min" in each for each in found)
    assert any("1 events of notifications wait to be told, the oldest for 5 min" in each for each in found)
    do_as(
        world.settings.service("notifications").owner_database_url,
        "update outbox set sequence = 1, sent_at = now(); delete from outbox",
    )
    world.sequencer.run()


def test_a_verification_that_does_not_run_or_does_not_hold_is_told(world: World) -> None:
    """How long ago it was, and the first entry that does not hold."""
    world.clock.advance(timedelta(minutes=3))
    assert any("has never been verified" in each for each in told(world))
    verify(world)
    world.clock.advance(timedelta(minutes=3))
    assert any("was last verified 3 min ago, as a whole 3 min ago" in each for each in told(world))
    as_owner(world, "update log_entries set leaf = 'x y' where index = 2")
    tick(world)
    assert any("does not hold: entry 2" in each for each in told(world))
