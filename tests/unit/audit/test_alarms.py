"""How an alarm lives: it opens once, keeps the moment it was noticed, and ends with its reason."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest

from services.audit.domain.alarms import Alarm, Changes, Standing, follow
from services.audit.domain.gaps import missing, runs, split

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SOURCE = "/lotsa/x/referral/1"


def gap(first: int, last: int, *, explained: bool = False) -> Alarm:
    return Alarm("events-missing", SOURCE, first, last, explained)


@dataclass
class Table:
    """The open alarms and those that were closed, as the database would hold them."""

    open: dict[UUID, Standing] = field(default_factory=dict)
    accepted: list[Standing] = field(default_factory=list)

    def follow(self, found: list[Alarm], at: datetime) -> Changes:
        changes = follow(found, list(self.open.values()), self.accepted, at)
        for alarm_id in changes.ended:
            del self.open[alarm_id]
        for alarm_id, alarm in changes.narrowed:
            self.open[alarm_id] = Standing(alarm_id, alarm, self.open[alarm_id].noticed_at)
        for alarm, noticed_at in changes.opened:
            new = Standing(uuid4(), alarm, noticed_at)
            self.open[new.alarm_id] = new
        return changes

    def accept(self, alarm_id: UUID, at: datetime) -> None:
        closed = self.open.pop(alarm_id)
        self.accepted.append(Standing(alarm_id, closed.alarm, closed.noticed_at, at))

    def noticed(self) -> dict[int, datetime]:
        """Each number that an open alarm is about, with the moment it was noticed."""
        return {
            number: each.noticed_at
            for each in self.open.values()
            for number in range(each.alarm.first, each.alarm.last + 1)
        }


def test_a_gap_that_is_seen_again_is_the_same_alarm() -> None:
    """Nothing is written for it."""
    table = Table()
    table.follow([gap(3, 5)], NOW)
    assert table.follow([gap(3, 5)], NOW + timedelta(hours=1)) == Changes()


def test_what_is_left_of_a_gap_keeps_its_moment() -> None:
    """One number comes, one is found parked: three alarms, all noticed when the first was."""
    table = Table()
    table.follow([gap(3, 9)], NOW)
    [first] = table.open
    table.follow([gap(3, 4), gap(6, 7), gap(8, 8, explained=True), gap(9, 9)], NOW + timedelta(hours=1))
    assert table.open[first].alarm == gap(3, 4)
    assert {each.noticed_at for each in table.open.values()} == {NOW}
    assert sorted((each.alarm.first, each.alarm.explained) for each in table.open.values()) == [
        (3, False), (6, False), (8, True), (9, False),
    ]  # fmt: skip


def test_a_gap_that_grows_is_told_of_anew() -> None:
    """The old alarm stays as it is; what is missing besides is another, noticed now."""
    table = Table()
    table.follow([gap(3, 5)], NOW)
    changes = table.follow([gap(2, 9)], NOW + timedelta(hours=1))
    assert [alarm for alarm, _ in changes.opened] == [gap(2, 2), gap(6, 9)]
    assert (changes.narrowed, changes.ended) == ([], [])


def test_what_a_reviewer_has_closed_stays_closed() -> None:
    """For those numbers; what is missing beside them is not covered by it, nor is another publisher's."""
    table = Table()
    table.follow([gap(3, 5)], NOW)
    table.accept(next(iter(table.open)), NOW)
    other = Alarm("events-missing", "/lotsa/x/directory/1", 3, 5)
    changes = table.follow([gap(2, 6), other], NOW + timedelta(hours=1))
    assert [alarm for alarm, _ in changes.opened] == [gap(2, 2), gap(6, 6), other]


@pytest.mark.parametrize("seed", range(200))
def test_whatever_comes_in_whatever_order(seed: int) -> None:
    """Arrivals, announcements, parked messages, a reviewer who closes: each missing number that nobody has accepted is
    in exactly one open alarm, and its moment never changes for as long as it is missing."""
    chance = random.Random(seed)
    table, now = Table(), NOW
    highest, heard, accepted = 0, set[int](), set[int]()
    before: dict[int, datetime] = {}
    for _ in range(60):
        now += timedelta(seconds=chance.randint(1, 60))
        step = chance.choice(["announce", "arrive", "arrive", "look", "accept"])
        if step == "announce":
            highest += chance.randint(0, 4)
        elif step == "arrive" and highest:
            heard.add(chance.randint(1, highest))
        elif step == "accept" and table.open and chance.random() < 0.3:
            chosen = chance.choice(sorted(table.open))
            alarm = table.open[chosen].alarm
            accepted |= set(range(alarm.first, alarm.last + 1))
            table.accept(chosen, now)
        parked = {number for number in range(1, highest + 1) if chance.random() < 0.1}
        unexplained, explained = split(missing(highest, runs(heard)), parked)
        found = [gap(*each) for each in unexplained] + [gap(*each, explained=True) for each in explained]
        table.follow(found, now)
        lacking = set(range(1, highest + 1)) - heard - accepted
        noticed = table.noticed()
        assert set(noticed) == lacking
        assert all(
            one.alarm.last < other.alarm.first or other.alarm.last < one.alarm.first
            for one, other in combinations(table.open.values(), 2)
        )
        assert all(noticed[number] == before[number] for number in lacking & set(before))
        before = noticed
