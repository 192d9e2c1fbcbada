"""Fills an empty installation with as many referrals as a large city has in years: to measure how Lotsa grows.

The same stories as the year's, carried out by the same commands on a desk in memory (`desk.py`), and poured into the
databases a thousand at a time: the same rows, sealed under keys of their own; the same events with the same numbers,
put in the queue before the log by audit's own reaction; the same notices and counts by their reactions. The log's own
sequencer makes leaves, tree and checkpoints of them. Relay and bus must be running.

What is not there is what is not kept for ever: outboxes and inboxes, as they are a month later.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import create_engine, event, text

from demo.seed.arrival import wait_until_heard
from demo.seed.directory import seed_directory
from demo.seed.large.desk import Desk
from demo.seed.large.lists import Lists
from demo.seed.large.pour import Pourer
from demo.seed.large.queue import Queue
from demo.seed.people import Invention
from demo.seed.staff import grant_assignments
from demo.seed.stories import stories
from demo.seed.year import SAME_EVERY_TIME, Year
from demo.wait import wait_until
from services.audit import bootstrap as audit
from services.referral import bootstrap as referral
from services.referral.adapters.holidays import swedish_calendar
from shared.kernel.clock import FixedClock, SystemClock
from shared.settings import SERVICES, Settings

REFERRALS = 100_000
LOOKS_A_REFERRAL = 2
"""So many more times is each that is accepted opened, as those are that somebody works with."""
LISTS_A_REFERRAL = 0.35
"""So many views of a work list of 25 for each; half of them of one unit, whose first referral is never closed."""
SAY_EVERY = 5_000
LOG_WITHIN_S = 3_600


class NotEmpty(Exception):
    """There are referrals, or an hour of them has been tallied: what is poured in would stand beside what is real."""


def run_large(
    settings: Settings,
    say: Callable[[str], None] = lambda _: None,
    *,
    now: datetime | None = None,
    referrals: int = REFERRALS,
) -> int:
    """Seed; how many entries the log has then. Raises NotEmpty, and NotInTime when nobody hears what is told."""
    now = now or SystemClock().now()
    _must_be_empty(settings)
    seed_directory(settings, say=say)
    grant_assignments(settings)
    wait_until_heard(settings)
    say("every service has heard of units, people and rules")
    # whole hours are tallied as they end: nothing may be put into one that is being tallied, or was
    _pour(settings, now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2), say, referrals)
    wait_until(lambda: _waiting(settings) == 0, saying="the log to take in every event", within=LOG_WITHIN_S, every=1)
    say("every event is in the log")
    _let_the_planner_know(settings)
    return _entries(settings)


def _pour(settings: Settings, until: datetime, say: Callable[[str], None], referrals: int) -> None:
    clock = FixedClock(until)
    parts = referral.for_web(settings, clock)
    event.listen(parts.engine, "connect", lambda raw, _: raw.execute("SET synchronous_commit = off"))
    chance = random.Random(SAME_EVERY_TIME)  # noqa: S311 - it must repeat, not surprise
    told = stories(chance, swedish_calendar(), until, referrals, looks=LOOKS_A_REFERRAL)
    say(f"{len(told)} stories made up")
    desk = Desk(parts, clock)
    year, lists = Year(desk, clock, Invention(chance)), Lists(desk, chance)
    queue = Queue(settings)
    pourer = Pourer(parts, queue, settings.installation)
    try:
        for number, story in enumerate(told, start=1):
            lists.note(year.tell(story))
            for _ in range(lists.how_many(LISTS_A_REFERRAL)):
                lists.show(story.sent_at)
            # whatever happens later than the next is sent is told after that
            pourer.take(desk, before=story.sent_at)
            if number % SAY_EVERY == 0:
                say(f"{number} of {len(told)} referrals; {pourer.told} events told")
        pourer.finish(desk)
    finally:
        queue.close()
        parts.engine.dispose()


def _must_be_empty(settings: Settings) -> None:
    if settings.production:
        raise NotEmpty("These are invented people: they are not for LOTSA_MODE=production.")
    asked = {
        "referral": "SELECT EXISTS (SELECT 1 FROM referrals)",
        "audit": "SELECT EXISTS (SELECT 1 FROM heard_sequences WHERE source LIKE '%/referral/%')",
    }
    for service, query in asked.items():
        if _ask(settings, service, query):
            raise NotEmpty(
                "This installation has referrals already. A large seed is for an empty one: it would put a hundred "
                "thousand invented ones beside them. `lotsa stop --remove-data` begins anew."
            )


def _waiting(settings: Settings) -> int:
    return int(_ask(settings, "audit", "SELECT count(*) FROM pending_entries"))


def _entries(settings: Settings) -> int:
    return int(_ask(settings, "audit", "SELECT coalesce(max(size), 0) FROM log_checkpoints"))


def _ask(settings: Settings, service: str, query: str) -> int:
    parts = audit.for_bus(settings) if service == "audit" else referral.for_bus(settings)
    as_who = "SELECT set_config('lotsa.actor', 'system', true)"
    try:
        with parts.engine.connect() as connection:
            connection.execute(text(as_who))
            return int(connection.execute(text(query)).scalar_one())
    finally:
        parts.engine.dispose()


def _let_the_planner_know(settings: Settings) -> None:
    """As the server does by itself some minutes later. Only an owner may; who has no such password waits for that."""
    for service in SERVICES:
        url = settings.service(service).owner_database_url
        if url:
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
            engine.dispose()
