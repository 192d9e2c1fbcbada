"""Audit's own bus process on a real broker: from a published event to a signed checkpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from demo.one_machine.product import given_to
from operations.install.installation import Installation
from services.audit import bootstrap
from services.audit.service import Audit
from shared.contracts.common import RelayAnnounced, TallyAnnounced
from shared.contracts.contract import Contract
from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.receive.parked_messages import Parking
from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.tally import Tally
from shared.messaging.topology import declare, event_types_nobody_hears
from shared.settings import SERVICES
from shared.storage.migrations import migrate
from tests.integration.audit.support import NOW, given, looked, sent
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import unit_changed
from tests.support.eventually import eventually

EPOCH = uuid4()


@pytest.fixture(scope="module")
def made(infrastructure) -> Iterator[Installation]:
    """An installation of this module's own, with topology and tables."""
    from tests.support.infrastructure import new_installation

    with new_installation(infrastructure) as installation:
        settings = installation.settings()
        migrate("audit", settings.service("audit").owner_database_url)
        declare(settings.admin_broker_url, SERVICES, subscriptions_of(Audit))
        yield installation


@pytest.fixture(scope="module")
def parts(made: Installation) -> Iterator[bootstrap.Parts]:
    """To look into the database and the parked queues with. No process knows the broker's administrator."""
    found = bootstrap.for_bus(replace(made.settings(), admin_broker_url=""))
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def bus(made: Installation) -> Iterator[None]:
    """Audit's bus process, as it runs in production."""
    environment = given_to("bus", {**os.environ, **made.environment()})
    process = subprocess.Popen(
        [sys.executable, "-m", "lotsa.bus", "audit"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    process.terminate()
    process.wait(20)


def publish(made: Installation, event: Contract, sequence: int | None, *, body: bytes | None = None) -> UUID:
    envelope = an_envelope(
        event, publisher="referral", installation=made.prefix, epoch=EPOCH, time=NOW, sequence=sequence
    )
    publisher = ConfirmedPublisher(made.settings().service("referral").broker_url, "test")
    message = Outgoing(names.exchange("referral"), event.event_type, str(envelope.id), body or envelope.to_bytes())
    try:
        assert str(envelope.id) in publisher.publish([message]).confirmed
        # once more, as a relay does after a crash
        assert str(envelope.id) in publisher.publish([message]).confirmed
    finally:
        publisher.close()
    return envelope.id


def ask(parts: bootstrap.Parts, sql: str) -> list[tuple]:
    with parts.as_auditor() as uow:
        return [tuple(row) for row in uow.connection.execute(text(sql))]


def test_an_event_heard_twice_is_one_entry_under_a_checkpoint(made: Installation, parts: bootstrap.Parts) -> None:
    """Consent, referral, reading: each once, in the log and signed for, within seconds of being published."""
    referral, consent = uuid4(), uuid4()
    events = [given(consent, referral), sent(referral, [consent]), looked(referral, [consent])]
    ids = {publish(made, event, number) for number, event in enumerate(events, 1)}

    def entered() -> bool:
        rows = ask(parts, "select event_id from log_entries")
        covered = ask(parts, "select coalesce(max(size), 0) from log_checkpoints")[0][0]
        return {row[0] for row in rows} >= ids and covered == len(rows) == 3

    eventually(entered, saying="three events became three entries under a checkpoint", within=90)


def test_an_unreadable_event_is_parked_and_explains_its_gap(made: Installation, parts: bootstrap.Parts) -> None:
    """A poisoned message stops nothing; one too long for a leaf is parked, and the gap it leaves is explained."""
    settings = made.settings()
    publish(made, sent(uuid4(), []), None, body=b"{not an envelope")
    long = unit_changed(uuid4(), name="x" * 70_000, kind="x", occurred_at=NOW)
    unpublishable = an_envelope(long, installation=made.prefix, epoch=EPOCH, time=NOW)
    publisher = ConfirmedPublisher(settings.service("directory").broker_url, "test")
    publisher.publish(
        [Outgoing(names.exchange("directory"), long.event_type, str(unpublishable.id), unpublishable.to_bytes())]
    )
    publisher.close()

    def parked() -> bool:
        with Parking(settings.admin_broker_url) as parking:
            return len(parking.look("audit.remember")) >= 2

    eventually(parked, saying="the unreadable and the endless message were parked", within=60)
    # what was only looked at goes back to its queue a moment after the look
    eventually(lambda: parts.parked() == {unpublishable.source: [1]}, saying="the gap was explained")


def test_an_event_without_a_number_never_enters_the_log(made: Installation, parts: bootstrap.Parts) -> None:
    """It would not be missed if it were gone, so it does not count when it comes: parked, and the reason is told."""
    unnumbered = publish(made, sent(uuid4(), []), None)

    def reasons() -> set[str]:
        with Parking(made.settings().admin_broker_url) as parking:
            return {each.reason for each in parking.look("audit.remember") if each.event_id == unnumbered}

    eventually(lambda: reasons() == {"SequenceIsMissing"}, saying="it was parked for lack of a number", within=60)
    assert ask(parts, f"select count(*) from log_entries where event_id = '{unnumbered}'") == [(0,)]


def test_an_announcement_is_held_against_the_log(made: Installation, parts: bootstrap.Parts) -> None:
    """It is heard, and is no entry itself."""
    before = ask(parts, "select count(*) from log_entries")
    publish(made, RelayAnnounced(highest_sequence=3), None)
    eventually(
        lambda: ask(parts, "select highest from announcements where source like '%referral%'") == [(3,)],
        saying="the announcement was noted",
    )
    assert ask(parts, "select count(*) from log_entries") == before


def test_a_tally_is_kept_and_compared_with_the_log(made: Installation, parts: bootstrap.Parts) -> None:
    """The process itself compares it two minutes after it heard it; told ones are no entries."""
    before = ask(parts, "select count(*) from log_entries")
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    publish(made, TallyAnnounced(hour=hour, told=0, told_digest=Tally().digest), None)
    asked = "select publisher, told, looks, differs from tallies"
    kept = [(f"/lotsa/{made.prefix}/referral", 0, None, [])]
    eventually(lambda: ask(parts, asked) == kept, saying="the tally was kept")
    with parts.as_service() as uow:
        uow.connection.execute(text("update tallies set heard_at = heard_at - interval '2 minutes'"))
        uow.commit()
    compared = "select count(*) from tallies where compared_at is not null"
    eventually(lambda: ask(parts, compared) == [(1,)], saying="the hour was compared", within=60)
    assert ask(parts, asked) == kept, "nothing was told in that hour, and the log has nothing of it"
    assert ask(parts, "select kind from alarms where kind like 'told%'") == []
    assert ask(parts, "select count(*) from log_entries") == before


def test_every_event_type_of_every_service_is_heard() -> None:
    """Nothing that any service may publish passes audit by."""
    from shared.contracts.contract import all_contracts

    subscriptions = subscriptions_of(Audit)
    published = [
        (service, contract.event_type)
        for contract in all_contracts()
        for service in SERVICES
        if contract.publisher in ("*", service) and not contract.superseded
    ]
    assert event_types_nobody_hears(published, subscriptions) == []
