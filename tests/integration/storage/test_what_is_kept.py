"""What all services keep for ever of one story, and of one look at a list: the same told once, through all of them.

A referral about two people is sent, opened, accepted and closed by API; the others hear of it as the bus would hand it
to them, each event by itself, and a unit is told by e-mail. A list of 25 lines is looked at by five people, forty times
each, while it changes twenty times. Counted are all tables that docs/kept.md says are kept, in all four databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from operations.install.installation import Installation
from services.directory import bootstrap as directory
from services.directory.service import Directory
from services.notifications import bootstrap as notifications
from services.notifications.processes.deliver_notices import Delivery
from services.referral.views.worklist import PAGE, Show, work_list
from shared.contracts.contract import Contract, contract_for
from shared.contracts.envelope import Envelope
from shared.kernel.actor import Role
from shared.kernel.clock import FixedClock
from shared.messaging.publish.claims import Claims
from shared.messaging.receive.subscribe import subscriptions_of
from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from shared.storage.unit_of_work import transactions
from tests.integration.audit.support import World
from tests.integration.notifications.channels import Scripted
from tests.integration.notifications.conftest import Room as Notifications
from tests.integration.referral.conftest import Cast
from tests.integration.referral.conftest import Room as Referral
from tests.integration.referral.test_a_story_is_small import tell
from tests.support.builders.bodies import a_referral_about_both
from tests.support.builders.events import assignment_granted, unit_changed
from tests.support.cast import HEALTH_CENTRE, NOON, SODERMALM, STAND_IN
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.weighing import kept_tables, vacuum, weigh

pytestmark = pytest.mark.timeout(900)

OF_A_STORY, OF_A_VIEW = 12_000, 1_000
"""Bytes, of all services together."""
STORY_BY_SERVICE = {"referral": 4_000, "notifications": 1_400, "directory": 100}
# a page more or less is 41 bytes of each of 200 looks; over more of them the referral service keeps less than 200
# (tests/integration/referral/test_looks_kept.py)
VIEW_BY_SERVICE = {"referral": 250, "notifications": 0, "directory": 0}
"""The rest is the log's."""
FIRST, STORIES = 12, 60
BEFORE_THAT = 90
"""Stories that fill the first pages of the small tables; the log, which grows faster, hears nothing of them."""
PEOPLE, VIEWS, CHANGES = 5, 40, 20


@dataclass
class House:
    """The four services on databases of their own, without a broker: what one tells is handed to those who listen."""

    settings: Settings
    referral: Referral
    notifications: Notifications
    audit: World
    directory: Directory
    channel: Scripted

    @classmethod
    def of(cls, installation: Installation) -> House:
        settings = installation.settings()
        for service in SERVICES:
            migrate(service, settings.service(service).owner_database_url)
        clock = FixedClock(NOON)
        return cls(
            settings,
            Referral(installation, clock),
            Notifications(replace(notifications.for_bus(settings), clock=clock), clock),
            # a clock of its own, which tells how many entries there are in a day
            World.of(settings, FixedClock(NOON)),
            Directory(replace(directory.for_bus(settings), clock=clock)),
            Scripted(),
        )

    def close(self) -> None:
        for engine in (self.referral.parts.engine, self.notifications.engine, self.directory._parts.engine):
            engine.dispose()
        self.audit.close()

    def somebody(self, name: str, role: Role, unit: UUID) -> Cast:
        """A person at their post, of whom the other services have heard too."""
        made = self.referral.somebody(name, role, unit)
        self.notifications.hear(assignment_granted(made.actor))
        return made

    def a_unit(self, unit: UUID, kind: str, **more: object) -> None:
        """A unit with a function address."""
        self.referral.a_unit(unit, kind, **more)  # type: ignore[arg-type]
        self.notifications.hear(unit_changed(unit, name="Enhet", kind=kind, function_address="enhet@example.se"))

    def go_on(self, *, logged: bool = True) -> None:
        """Everything that was told is heard, letters are sent, and the log signs each entry, as on a quiet day."""
        self._hand_over("referral", self.referral.parts.engine, logged)
        begin = transactions(self.notifications.service.unit_of_work)
        Delivery(begin, self.channel, self.notifications.clock).run()
        self._hand_over("notifications", self.notifications.engine, logged)

    def _hand_over(self, publisher: str, engine: object, logged: bool) -> None:
        with engine.connect() as connection:  # type: ignore[attr-defined]
            claims = Claims(connection)
            told = claims.number(1_000)
            for each in told:
                envelope = each.envelope(publisher, self.settings.installation)
                event = contract_for(envelope.type).from_data(envelope.data)
                self._hear(envelope, event)
                if logged:
                    self.audit.hear_envelope(envelope, event)
                    self.audit.sequencer.run()
            claims.mark_sent([each.id for each in told])

    def _hear(self, envelope: Envelope, event: Contract) -> None:
        if envelope.type in self.notifications._methods:
            with self.notifications.service.unit_of_work(envelope) as uow:
                self.notifications.react(envelope, event, uow)
                uow.commit()
        if any(envelope.type == told for each in subscriptions_of(Directory) for _, told in each.bindings):
            with self.directory.unit_of_work(envelope) as counting:
                self.directory.count_referrals([(envelope, event)], counting)  # type: ignore[list-item]
                counting.commit()

    def day(self) -> None:
        """The next day begins."""
        self.audit.clock.advance(timedelta(days=1))
        self.vacuum()

    def vacuum(self) -> None:
        """As the servers do by themselves when a fifth of a table has been written anew."""
        for service in SERVICES:
            vacuum(self.settings, service, kept_tables(service))

    def kept(self) -> dict[str, int]:
        """Bytes by service and table."""
        return {
            f"{service} {table}": size
            for service in SERVICES
            for table, size in weigh(self.settings, service, kept_tables(service)).items()
        }


@pytest.fixture(scope="module")
def house(infrastructure: Infrastructure) -> Iterator[House]:
    """The services, and the units of a small town."""
    with new_installation(infrastructure) as installation:
        made = House.of(installation)
        made.a_unit(HEALTH_CENTRE, "referring")
        made.a_unit(SODERMALM, "receiving", area="0180-sodermalm", stand_in=STAND_IN)
        made.a_unit(STAND_IN, "receiving", area="0180")
        made.referral.rules()
        yield made
        made.close()


def test_a_story(house: House) -> None:
    """Sent, opened, accepted, closed; three of them a day."""
    alva = house.somebody("alva", Role.REFERRER, HEALTH_CENTRE)
    bo = house.somebody("bo", Role.ADVISER, SODERMALM)

    def stories(how_many: int, *, logged: bool = True, of_a_day: int = 3) -> None:
        for number in range(how_many):
            tell(alva, bo)
            house.go_on(logged=logged)
            if number % of_a_day == of_a_day - 1:
                house.day()

    stories(BEFORE_THAT, logged=False, of_a_day=10)
    stories(FIRST)
    before, sent = house.kept(), len(house.channel.taken)
    stories(STORIES)
    each = grown(before, house.kept(), STORIES)
    # each of the four steps is told to a unit
    assert len(house.channel.taken) - sent == 4 * STORIES
    assert sum(each.values()) <= OF_A_STORY, summed_up(each)
    assert all(by_service(each)[service] <= most for service, most in STORY_BY_SERVICE.items()), summed_up(each)


def test_a_look_at_a_list(house: House) -> None:
    """Whoever looks sees the same 25 lines as the others until the list changes, and so on every day."""
    alva = house.somebody("alva", Role.REFERRER, HEALTH_CENTRE)
    advisers = [house.somebody(f"adviser-{number}", Role.ADVISER, SODERMALM) for number in range(PEOPLE)]
    for _ in range(PAGE + 2 * CHANGES):
        house.referral.clock.advance(timedelta(minutes=1))
        alva.send(a_referral_about_both())
    places: list[tuple[str, str] | None] = [None]
    with house.referral.parts.unit_of_work(advisers[0].actor) as uow:
        found = work_list(Show.OPEN, advisers[0].actor, uow, limit=PAGE + 2 * CHANGES)
        places += [(each.deadline.due_at.isoformat(), str(each.id)) for each in found.lines if each.deadline]  # type: ignore[union-attr]
    house.go_on()

    def a_day(first: int) -> None:
        for view in range(VIEWS):
            if view % 10 == 9:
                house.vacuum()
            after = places[first + view * CHANGES // VIEWS]
            for adviser in advisers:
                with house.referral.parts.unit_of_work(adviser.actor) as uow:
                    assert len(work_list(Show.OPEN, adviser.actor, uow, after=after).lines) == PAGE
                    uow.commit()
                house.go_on()

    # the day before: an index begins with pages that it fills later
    a_day(CHANGES)
    house.day()
    before = house.kept()
    a_day(0)
    each = grown(before, house.kept(), PEOPLE * VIEWS)
    assert 0 < sum(each.values()) <= OF_A_VIEW, summed_up(each)
    assert all(by_service(each)[service] <= most for service, most in VIEW_BY_SERVICE.items()), summed_up(each)


def grown(before: dict[str, int], after: dict[str, int], times: int) -> dict[str, float]:
    """Bytes for each of so many, by service and table."""
    return {name: (after[name] - before[name]) / times for name in after if after[name] != before[name]}


def by_service(each: dict[str, float]) -> dict[str, int]:
    """Bytes of all its tables."""
    return {
        service: round(sum(size for name, size in each.items() if name.startswith(service))) for service in SERVICES
    }


def summed_up(each: dict[str, float]) -> str:
    """What a failure says: all, by service, by table."""
    of = by_service(each)
    by_table = {name: round(size) for name, size in each.items()}
    return f"{round(sum(each.values()))} bytes: {of}, {by_table}"
