"""What happens to each of the seeded referrals, and when: a year of about 600, in every state that can be reached.

Whatever lies ahead of now has not happened yet; that is how some are new, some opened and some under way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from demo.seed.ids import DISTRICTS
from demo.seed.situations import Wishes
from services.referral.domain.clocks import Priority, WorkingCalendar

OVER_THE_YEAR = 560
LONGEST_AGO = 350
# Bo's district sends more, so that his list has something of everything
WEIGHTS = {"sodermalm": 5, "jarva": 2}

# a flow: (action, working days after the step before)
Flow = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Story:
    """One referral: where the carer lives, when it was sent, and what followed."""

    district: str
    sent_at: datetime
    acts: tuple[tuple[datetime, str], ...]
    wishes: Wishes
    from_alva: bool = False


def stories(
    chance: random.Random,
    calendar: WorkingCalendar,
    now: datetime,
    over_the_year: int = OVER_THE_YEAR,
    *,
    looks: int = 0,
) -> list[Story]:
    """All of them, the oldest first: ``over_the_year`` left to chance, and those that must be there.

    ``looks``: how often those that are accepted are opened again before they are closed.
    """
    told = [*_over_the_year(over_the_year, chance, calendar, now, looks), *_set_pieces(chance, calendar, now)]
    return sorted(told, key=lambda story: story.sent_at)


def _over_the_year(
    count: int, chance: random.Random, calendar: WorkingCalendar, now: datetime, looks: int
) -> Iterator[Story]:
    weights = [WEIGHTS.get(district, 1) for district in DISTRICTS]
    for _ in range(count):
        district = chance.choices(DISTRICTS, weights)[0]
        # a few more each month, as the habit spreads
        days_ago = int(LONGEST_AGO * (1 - chance.random() ** 0.7)) + 1
        yield _story(district, days_ago, _usual_flow(chance, looks), Wishes(), chance, calendar, now)


def _usual_flow(chance: random.Random, looks: int) -> Flow:
    opened = ("open", chance.choice((0, 0, 1, 1, 2)))
    taken = (opened, ("accept", chance.choice((0, 0, 1, 2))))
    accepted = (*taken, ("contact", chance.choice((0, 1, 1, 2, 3))), *([("look", 1)] if chance.random() < 0.4 else []))
    accepted = (*accepted, *(("open", chance.choice((0, 1, 2))) for _ in range(looks)))
    closed = ("complete", chance.randrange(5, 40))
    turn = chance.randrange(100)
    if turn < 8:
        return (opened, ("reject", 1))
    if turn < 11:
        return (("cancel", chance.choice((0, 1))),)
    if turn < 13:
        return (*taken, ("cancel", chance.randrange(2, 8)))
    if turn < 16:
        return (("withdraw", chance.choice((0, 1))),)
    if turn < 19:
        return (*accepted, ("withdraw", chance.randrange(2, 15)))
    if turn < 21:
        return (*accepted, ("withdraw-telling", 2), closed)
    if turn < 23:
        return (*accepted, ("withdraw-person", 3), closed)
    if turn < 25:
        return (opened, ("intrude", 0), ("accept", 1), ("contact", 1), closed)
    return (*accepted, closed)


def _set_pieces(chance: random.Random, calendar: WorkingCalendar, now: datetime) -> Iterator[Story]:
    """What must be there whatever chance says, most of it in Bo's list and sent by Alva."""
    plain, alone, silent = (
        Wishes(carer_only=False, tell_referrer=True),
        Wishes(carer_only=True),
        Wishes(tell_referrer=False),
    )
    protected = Wishes(careful=True, groups=("violence-in-close-relations",))
    open_, accept, contact, look = ("open", 0), ("accept", 0), ("contact", 1), ("look", 1)
    pieces: tuple[tuple[int, Flow, Wishes], ...] = (
        (1, (), plain),
        (1, (), alone),
        (2, (), Wishes(priority=Priority.ROUTINE, tell_referrer=True)),
        (2, (), protected),
        (9, (), plain),  # nobody has opened it: late
        (12, (), Wishes(priority=Priority.URGENT)),
        (3, (open_,), plain),
        (10, (open_,), silent),  # opened and left lying: late
        (4, (open_, accept), plain),  # what was promised on paper is what is waited for
        (7, (open_, accept, contact, look), plain),
        (14, (open_, accept), alone),  # nobody has been in touch: late
        (13, (open_, accept, contact), protected),
        (45, (open_, accept, contact), plain),  # in touch, and never answered: late
        (50, (open_, accept, contact, look), silent),
        (15, (open_, ("reject", 1)), plain),
        (21, (open_, ("reject", 1)), silent),
        (18, (("cancel", 1),), plain),
        (25, (open_, accept, ("cancel", 3)), plain),
        (16, (("withdraw", 1),), plain),
        (30, (open_, accept, contact, look, ("withdraw", 4)), plain),
        (33, (open_, accept, ("withdraw-person", 3), contact), plain),
        (27, (open_, accept, contact, ("withdraw-telling", 3)), plain),
        (40, (open_, accept, contact, look, ("complete", 9)), plain),
        (44, (open_, accept, contact, ("complete", 12)), silent),
        (60, (open_, accept, contact, ("complete", 14)), alone),
        (70, (open_, accept, contact, ("complete", 14)), protected),
        (20, (("intrude", 0), open_, accept, contact, ("intrude", 1)), plain),
    )
    for days_ago, flow, wishes in pieces:
        yield _story("sodermalm", days_ago, flow, replace(wishes, near=True), chance, calendar, now, from_alva=True)
    for days_ago, flow in (
        (1, ()),
        (3, (open_,)),
        (5, (open_, accept, contact)),
        (11, ()),
        (35, (open_, accept, contact, ("complete", 5))),
    ):
        yield _story("jarva", days_ago, flow, plain, chance, calendar, now)


def _story(
    district: str,
    days_ago: int,
    flow: Flow,
    wishes: Wishes,
    chance: random.Random,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    from_alva: bool = False,
) -> Story:
    at = _office_hour(now - timedelta(days=days_ago), chance, calendar, back=True)
    sent_at, acts = at, []
    for action, working_days in flow:
        at = _later(at, working_days, chance, calendar)
        if at >= now:
            break
        acts.append((at, action))
    return Story(district, sent_at, tuple(acts), wishes, from_alva)


def _office_hour(at: datetime, chance: random.Random, calendar: WorkingCalendar, *, back: bool) -> datetime:
    day = at.astimezone(calendar.zone).date()
    while not calendar.works(day):
        day += timedelta(days=-1 if back else 1)
    return datetime.combine(day, time(chance.randrange(8, 16), chance.randrange(60)), calendar.zone).astimezone(
        at.tzinfo
    )


def _later(at: datetime, working_days: int, chance: random.Random, calendar: WorkingCalendar) -> datetime:
    if working_days == 0:
        return at + timedelta(minutes=chance.randrange(5, 90))
    after = at
    for _ in range(working_days):
        after = _office_hour(after + timedelta(days=1), chance, calendar, back=False)
    return after
