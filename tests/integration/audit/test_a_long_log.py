"""A log that is long: nothing that a reviewer opens is found by looking through all of it, however little is theirs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from services.audit.adapters.beside_entries import UNITS
from services.audit.domain.mandate import Mandate
from services.audit.views import entries, export, log_status
from services.audit.views.newest import FURTHER, KINDS, NEAR, steps_back
from services.audit.web.page import EXTENSION
from tests.integration.audit.questions import asked_meanwhile, plans_of
from tests.integration.audit.reviewers import Reviewers
from tests.integration.audit.support import World, given, looked, sent
from tests.support.cast import ELSEWHERE

pytestmark = pytest.mark.timeout(300)

REFERRALS = 2_400
# so far back that the first steps of the look do not reach it
ELSEWHERE_AT = (3, 40, 200)
LOG_TABLES = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings")
# what entries' own rows have no room for: next to nothing here, and read as a whole for that; many rows in an old log
SMALL_HERE = ("log_about", "log_openings")


@pytest.fixture(scope="module")
def written() -> list[UUID]:
    """The module's log is written once; its referrals."""
    return []


@pytest.fixture
def long_log(reviewers: Reviewers, written: list[UUID]) -> Reviewers:
    """Thousands of entries about one municipality, and a few, long ago, about another."""
    if not written:
        world = reviewers.world
        for number in range(REFERRALS):
            referral, consent = uuid4(), uuid4()
            written.append(referral)
            events = [given(consent, referral), sent(referral, [consent]), looked(referral, [consent])]
            if number in ELSEWHERE_AT:
                events.append(looked(referral, [], "refused", "cilla"))
            world.hear_together(*events)
            if number % 200 == 0:
                world.clock.advance(timedelta(hours=3))
                world.sequencer.run()
        world.sequencer.run()
        analyse(world)
    return reviewers


def analyse(world: World) -> None:
    """Let the planner know, as it does some minutes after anything has changed much."""
    owner = world.settings.service("audit").owner_database_url
    engine = create_engine(owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in LOG_TABLES:
            connection.execute(text(f"vacuum analyze {table}"))
    engine.dispose()


LOOKS: dict[str, Callable[[FlaskClient, UUID], Any]] = {
    "how the log is": lambda client, _: client.get("/audit/log"),
    "all entries": lambda client, _: client.get("/audit/entries"),
    "consents": lambda client, _: client.get("/audit/"),
    "referrals": lambda client, _: client.get("/audit/referrals"),
    "one trail": lambda client, referral: client.get(f"/audit/referrals/{referral}"),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("who", ["ester", "eva"])
def test_no_page_looks_through_the_log(long_log: Reviewers, written: list[UUID], who: str, look: str) -> None:
    """By no sequential scan of any of its tables, for a city's reviewer and for one who has three entries in it."""
    engine = long_log.app.extensions[EXTENSION].engine  # type: ignore[attr-defined]
    client = getattr(long_log, who)
    with asked_meanwhile() as asked:
        answer = LOOKS[look](client, written[1000])
    assert answer.status_code in (200, 404)
    assert any("log_" in each.statement for each in asked)
    for tables, by_index in ((set(LOG_TABLES) - set(SMALL_HERE), False), (SMALL_HERE, True)):
        plans = plans_of(engine, asked, by_index=by_index)
        scanned = [plan for plan in plans for table in tables if f"Seq Scan on {table}" in plan]
        assert not scanned, scanned[0]


def test_a_small_mandate_finds_its_page_by_its_units(long_log: Reviewers) -> None:
    """What is a reviewer's own lies behind thousands of others' entries, and is found by an index of units."""
    world = long_log.world
    here = Mandate(None, "2584")
    with world.parts.as_auditor() as uow, asked_meanwhile() as asked:
        found = entries.newest(uow.connection, "all", here, world.parts.opening, limit=50)
    own = [step for step in found if step.unit_id == ELSEWHERE]
    assert len(own) == len(ELSEWHERE_AT)
    assert max(step.index for step in own) < 3 * REFERRALS - NEAR
    assert [step.index for step in found] == sorted((step.index for step in found), reverse=True)
    assert any("log_entries_units" in plan for plan in plans_of(world.parts.engine, asked))


@pytest.mark.parametrize("area", ["0180", "2584", "9999"])
@pytest.mark.parametrize("kind", ["all", "consents", "referrals"])
def test_pages_follow_on_each_other_and_miss_nothing(long_log: Reviewers, kind: str, area: str) -> None:
    """Page by page is what one question about the whole log gives, across the steps of the look too."""
    world = long_log.world
    whole = world.rows(
        f"select index from (select index, type, {UNITS} from log_entries) as entries "
        "where (units = '{}' and type <> 'session.signed-in.v1' or units && array("
        "select unit_id from known_units where kind in ('receiving', 'partner') and starts_with(area, :area)))"
        "and (:type = '' or type = :type) order by index desc",
        area=area, type={"consents": "consent.given.v1", "referrals": "referral.sent.v1"}.get(kind, ""),
    )  # fmt: skip
    read: list[int] = []
    with world.parts.as_auditor() as uow:
        while True:
            before = read[-1] if read else None
            page = entries.newest(
                uow.connection, kind, Mandate(None, area), world.parts.opening, limit=900, before=before
            )
            read += [step.index for step in page]
            if len(page) < 900:
                break
    assert read == [index for (index,) in whole]
    assert 3 * REFERRALS > NEAR * 2
    assert FURTHER > 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_goes_back_over_all_of_the_log(kind: str) -> None:
    """In steps that follow on each other; of a kind, in shorter ones: what is behind some readings is a page, not a
    tenth of all that was ever sent."""
    size = 1_000_000
    steps = list(steps_back(kind, size))
    assert [low for low, _ in steps] == [*(high for _, high in steps[1:]), 0]
    assert steps[0] == (size - NEAR, size)
    assert [high - low for low, high in steps][1] == NEAR * (FURTHER if kind == "all" else 4)
    assert len(steps) < 8


def test_the_last_day_is_counted_without_counting(long_log: Reviewers) -> None:
    """As many as a count would find, whenever one asks."""
    world = long_log.world
    for hours in (-400, 0, 1, 5, 23, 24, 25, 100):
        now = world.clock.now() + timedelta(hours=hours)
        with world.parts.as_auditor() as uow:
            seen = log_status.status(uow.connection, now, None, world.parts.verifying)
        counted = world.rows(
            "select count(*) from log_entries where recorded_at > :since", since=now - timedelta(days=1)
        )
        assert seen.last_day == counted[0][0]


def test_an_export_is_sent_as_it_is_made(long_log: Reviewers) -> None:
    """The first piece comes before the second part of the log is read; nothing is kept but what is on its way."""
    world = long_log.world
    with asked_meanwhile() as asked:
        size, pieces = export.export_pieces(long_log_reading(world), None, world.parts.opening)
        first = next(pieces)
        read = [each for each in asked if "leaf" in each.statement]
    assert size >= 3 * REFERRALS
    assert first.startswith(b"PK")
    assert read == []
    assert sum(map(len, pieces)) > 300_000


def test_an_export_takes_as_much_memory_for_four_times_the_log(
    long_log: Reviewers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured at its highest, for a quarter of the log and for the whole of it."""
    world = long_log.world
    monkeypatch.setattr(export, "CHUNK", 300)
    [(size,)] = world.rows("select max(size) from log_checkpoints")
    highest = []
    for upto in (size // 4, size):
        pieces = export.zip_pieces(
            export.export_files(
                export._leaves(long_log_reading(world), upto),
                checkpoint="", checkpoints=export._notes(long_log_reading(world), upto), openings=iter(()),
            )
        )  # fmt: skip
        next(pieces)
        tracemalloc.start()
        for _ in pieces:
            pass
        highest.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert highest[1] < 1.5 * highest[0], highest


def long_log_reading(world: World) -> export.Reading:
    """A transaction for each part."""

    @contextmanager
    def reading() -> Iterator[Any]:
        with world.parts.as_auditor() as uow:
            yield uow.connection

    return reading
