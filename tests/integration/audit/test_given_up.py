"""What a restore gives up is no gap any more, as far as its own service says so, and everything else still is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.tallies import Tallies
from services.audit.commands.reconcile_sequences import ReconcileSequences, reconcile_sequences
from services.audit.domain.gaps import GRACE
from services.audit.domain.given_up import as_told, runs_by_epoch
from services.audit.reactions.when_a_service_is_restored_note_what_is_given_up import note_what_is_given_up
from shared.contracts.common import ServiceRestored
from shared.kernel.refusals import Failure
from tests.integration.audit.support import World, do_as, sent
from tests.integration.audit.test_reconciling import announce, lose


@pytest.fixture(autouse=True)
def without_earlier_alarms(world: World) -> Iterator[None]:
    """Alarms and announcements of other tests are cleared away; the log itself cannot be."""
    owner = world.settings.service("audit").owner_database_url
    clear = "delete from alarms; delete from announcements; truncate given_up_sequences, restored_hours"
    do_as(owner, clear)
    yield
    do_as(owner, clear)


def restored(*given_up: str, ended: tuple[UUID, ...] = ()) -> ServiceRestored:
    """What an operator's command tells."""
    return ServiceRestored(
        restore_id=uuid4(),
        reason="database-lost",
        issuer="operating-system",
        subject="drift",
        ended=ended,
        lost=(),
        lost_events=0,
        given_up=given_up,
        since=datetime.now(UTC),
        occurred_at=datetime.now(UTC),
    )


def tell(world: World, event: ServiceRestored) -> None:
    """The service tells it, under its own name."""
    with world.parts.as_service(world.envelope(event)) as uow:
        note_what_is_given_up(event, uow)
        uow.commit()


def gaps(world: World) -> list[tuple[int, int]]:
    """Numbers that are missing now."""
    with world.parts.as_service() as uow:
        found = reconcile_sequences(ReconcileSequences(parked=dict), uow)
        uow.commit()
    return [(each.first, each.last) for each in found if each.kind == "events-missing"]


def test_only_the_numbers_that_are_named_are_looked_for_no_more(world: World) -> None:
    """Of two holes one is given up, and the other is an alarm as before."""
    world.hear(sent(uuid4(), []))
    lose(world, 2)
    world.hear(sent(uuid4(), []))
    lose(world, 3)
    world.hear(sent(uuid4(), []))
    source = announce(world, 8)
    world.sequencer.run()
    world.clock.advance(GRACE)
    assert gaps(world) == [(2, 3), (5, 7)]
    epoch = UUID(source.rpartition("/")[2])
    publisher = source.split("/")[3]
    tell(world, restored(*as_told(publisher, epoch, ((5, 7),)), ended=(epoch,)))
    assert gaps(world) == [(2, 3)]


def test_nobody_gives_up_anothers_numbers(world: World) -> None:
    """Nor is anything taken in that cannot be read: it is parked, where somebody sees it."""
    for told in (f"directory/{uuid4()}/1-9", "referral/9-1", "referral", f"referral/{uuid4()}/3-2", ""):
        with pytest.raises(Failure) as refused:
            tell(world, restored(told))
        assert refused.value.permanent


def test_what_is_told_is_what_is_read() -> None:
    """Runs by publisher and epoch, there and back."""
    first, second = uuid4(), uuid4()
    told = [*as_told("referral", first, ((1, 4), (9, 9))), *as_told("audit", second, ((7, 8),))]
    assert runs_by_epoch(told) == {("referral", first): ((1, 4), (9, 9)), ("audit", second): ((7, 8),)}


def test_an_hour_that_a_restore_has_named_is_no_difference(world: World) -> None:
    """The service says less of it than the log holds, and why is an entry; the hour before is told of as ever."""
    now = datetime.now(UTC)
    publisher = world.envelope(restored()).source.rpartition("/")[0]
    hours = [(now - timedelta(hours=each)).replace(minute=0, second=0, microsecond=0) for each in (5, 3)]
    owner = world.settings.service("audit").owner_database_url
    for hour in hours:
        do_as(
            owner,
            "insert into tallies (publisher, hour, told, told_digest, said_at, heard_at, compared_at, since, differs) "
            f"values ('{publisher}', '{hour.isoformat()}', 1, '', '{now.isoformat()}', '{now.isoformat()}', "
            f"'{now.isoformat()}', '{hour.isoformat()}', '{{told}}')",
        )
    try:
        assert [each[1] for each in differing(world, now)] == hours
        tell(world, replace(restored(), since=now - timedelta(hours=3), occurred_at=now))
        assert [each[1] for each in differing(world, now)] == hours[:1]
    finally:
        do_as(owner, "truncate tallies")


def differing(world: World, now: datetime) -> list[tuple[str, datetime, list[str]]]:
    """What the comparison would tell of."""
    with world.parts.as_auditor() as uow:
        return sorted(Tallies(uow.connection, world.parts.opening).differing(now), key=lambda each: each[1])
