"""Who looked is kept compactly, and is the same truth: what was told of each look is what is kept of it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from services.referral.adapters.looks import keep_looks, made_of, set_of
from services.referral.views.readings import readings_of
from services.referral.views.worklist import PAGE, Show, work_list
from shared.contracts.common import AccessRecorded
from shared.kernel.identity import ReferralId, uuid7
from shared.messaging.publish import tallies as tallying
from shared.messaging.publish.tallies import tally_of
from shared.messaging.tally import hour_of
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral, a_referral_about_both
from tests.support.weighing import weigh

# for ever, in bytes: rows and indexes (PostgreSQL 15; a row has 28 bytes of its own before its columns)
A_VIEW = 200
DAYS, VIEWS_A_DAY, CHANGES_A_DAY = 3, 200, 20


def kept(room: Room) -> list[dict[str, Any]]:
    """What is kept of every look, oldest first, as an event would tell it."""
    rows = room.ask("SELECT * FROM access_records ORDER BY access_id")
    told = [dict(row._mapping) for row in rows]
    return [
        AccessRecorded(**{**each, "subjects": tuple(each["subjects"]), "consents": tuple(each["consents"])}).to_data()
        for each in told
    ]


def all_is_sent(connection: Connection) -> None:
    """As the relay does it, so that the hour can be tallied."""
    numbered = "SELECT id AS of, row_number() OVER (ORDER BY id) AS number FROM outbox"
    connection.execute(
        text(f"UPDATE outbox SET sent_at = now(), sequence = number FROM ({numbered}) AS each WHERE id = of")
    )


def test_what_is_kept_is_what_was_told(room: Room, alva: Cast, bo: Cast, cilla: Cast) -> None:
    """Nothing, one id or many, allowed or refused, in the order in which a list showed them."""
    ids = [alva.send(a_referral_about_both()).json["id"] for _ in range(3)]
    bo.open(ids[0])
    bo.ask("GET", "/referrals")
    cilla.open(ids[1])
    told = room.told("access.recorded.v1")
    assert {len(each["subjects"]) for each in told} == {1, 3}
    assert {len(each["consents"]) for each in told} >= {0, 2}
    assert {each["outcome"] for each in told} == {"allowed", "refused"}
    assert kept(room) == sorted(told, key=lambda each: str(each["access_id"]))
    assert {field.name for field in fields(AccessRecorded)} == set(told[0])


def test_a_look_says_on_whose_consents_it_relied(room: Room, alva: Cast, bo: Cast) -> None:
    """By each referral that it showed, and so no consent is named: of one person, of both, and of none."""
    ids = [alva.send(body).json["id"] for body in (a_referral(), a_referral_about_both())]
    for each in ids:
        bo.open(each)
    bo.ask("GET", "/referrals")
    with room.parts.unit_of_work(bo.actor) as uow:
        work_list(Show.OPEN, bo.actor, uow)
        uow.commit()
    rows = room.ask("SELECT relied, relied_on FROM looks ORDER BY access_id")
    assert [row.relied for row in rows] == [None] * 4
    first, second, by_api, on_page = (row.relied_on and bytes(row.relied_on) for row in rows)
    assert (first, second, by_api) == (b"\x01", b"\x03", None)
    # in the order in which the list showed them
    assert on_page in (b"\x0d", b"\x07")
    assert {len(each["consents"]) for each in kept(room)} == {0, 1, 2, 3}
    assert kept(room) == sorted(room.told("access.recorded.v1"), key=lambda each: str(each["access_id"]))


def test_consents_of_nothing_that_was_shown_are_named(room: Room, alva: Cast, bo: Cast) -> None:
    """As are those whose order says something, and those that nobody knows: the look is told word by word all the same.

    So were all of them until now; who has read under a consent is found both ways.
    """
    shown, other = (alva.send(a_referral_about_both()).json for _ in range(2))
    bo.open(shown["id"])
    consents = [UUID(each["id"]) for each in shown["consents"]]
    elsewhere = UUID(other["consents"][0]["id"])
    told = AccessRecorded.from_data(room.told("access.recorded.v1")[0])
    odd = [
        replace(told, access_id=uuid7(), consents=named)
        for named in ((elsewhere,), (*consents, elsewhere), tuple(sorted(consents, reverse=True)), (uuid7(),))
    ]
    with room.parts.as_system() as uow:
        keep_looks(uow.connection, odd)
        uow.connection.commit()
    rows = room.ask("SELECT relied, relied_on FROM looks ORDER BY access_id")
    assert [(row.relied is None, row.relied_on is None) for row in rows] == [(True, False), *[(False, True)] * 4]
    assert kept(room)[1:] == [each.to_data() for each in odd]
    with room.parts.as_system() as uow:
        referral = uow.referrals.lock(ReferralId(UUID(shown["id"])))
        assert referral is not None
        [(read,), (as_well,)] = readings_of(referral, uow).values()
    assert read == as_well


@pytest.mark.parametrize("relied_on", [b"", b"\xff" * 40])
def test_a_look_that_was_changed_stops_nobody(room: Room, alva: Cast, bo: Cast, relied_on: bytes) -> None:
    """One that says less than it showed, or more: the page of readings and the hour's tally come to their end, and the
    tally is another than what was told, so that it is found."""
    shown = alva.send(a_referral_about_both()).json["id"]
    bo.open(shown)
    told = AccessRecorded.from_data(room.told("access.recorded.v1")[0])
    hour = hour_of(told.access_id)
    with room.parts.as_system() as uow:
        all_is_sent(uow.connection)
        before = tally_of(uow.connection, hour)
        look = replace(told, access_id=uuid7(), subjects=(UUID(shown), uuid7(), uuid7(), uuid7(), UUID(shown)))
        with pytest.MonkeyPatch.context() as planted:
            planted.setattr("services.referral.adapters.looks._by_referral", lambda *_: relied_on)
            keep_looks(uow.connection, [look])
        referral = uow.referrals.lock(ReferralId(UUID(shown)))
        assert referral is not None
        assert len(readings_of(referral, uow)) == 2
        after = tally_of(uow.connection, hour)
    assert before is not None
    assert after is not None
    assert (after.looks, after.looks_digest != before.looks_digest) == (before.looks + 1, True)


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_a_look_that_is_there_twice_is_counted_twice(
    room: Room, alva: Cast, bo: Cast, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database does not refuse it (decision 25): the hour's tally tells, wherever the reading of it pauses."""
    monkeypatch.setattr(tallying, "CHUNK", chunk)
    shown = alva.send(a_referral_about_both()).json["id"]
    for _ in range(3):
        bo.open(shown)
    told = [AccessRecorded.from_data(each) for each in room.told("access.recorded.v1")]
    hour = hour_of(told[0].access_id)
    with room.parts.as_system() as uow:
        all_is_sent(uow.connection)
        before = tally_of(uow.connection, hour)
        keep_looks(uow.connection, [told[1], told[1]])
        after = tally_of(uow.connection, hour)
    assert before is not None
    assert after is not None
    assert after.looks == before.looks + 2


def test_an_hour_of_looks_is_found_without_reading_them_all(room: Room, alva: Cast, bo: Cast) -> None:
    """By an index that knows pages, not rows: looks lie in the order in which they were told."""
    bo.open(alva.send().json["id"])
    asked = "EXPLAIN (FORMAT JSON) SELECT access_id FROM access_records WHERE access_id >= :low AND access_id < :high"
    with room.parts.as_system() as uow:
        # of so few that reading them all is always cheaper
        uow.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = uow.connection.execute(text(asked), {"low": UUID(int=0), "high": uuid7()}).scalar_one()
    assert "looks_by_their_time" in str(plan)


def test_a_list_that_is_looked_at_again_is_kept_once(room: Room, alva: Cast, bo: Cast) -> None:
    """Another look is another row, and no other set; another order is another set."""
    for _ in range(2):
        alva.send()
    bo.ask("GET", "/referrals")
    sets = room.ask("SELECT set_id, ids FROM id_sets")
    assert [set_of(row.ids) for row in sets] == [row.set_id for row in sets]
    for _ in range(4):
        bo.ask("GET", "/referrals")
    assert room.ask("SELECT set_id, ids FROM id_sets") == sets
    assert room.ask("SELECT count(*) FROM looks WHERE shown = :shown", shown=sets[0].set_id)[0][0] == 5
    assert len(kept(room)) == len(room.told("access.recorded.v1"))
    assert set_of(sets[0].ids[::-1]) != sets[0].set_id


def test_the_database_makes_the_same_ids(room: Room) -> None:
    """What was moved by the migration and what is kept since then are one."""
    ids = [uuid7() for _ in range(25)]
    [row] = room.ask("SELECT set_of(CAST(:ids AS uuid[])) AS of_all, set_of(CAST(:one AS uuid[])) AS of_one, "
                     "set_of('{}') AS of_none, made_of(convert_to('Gun', 'UTF8')) AS of_a_name",
                     ids=ids, one=ids[:1])  # fmt: skip
    assert row == (set_of(ids), ids[0], None, made_of(b"Gun"))
    assert isinstance(row.of_all, UUID)
    assert row.of_all.version == 8


@pytest.mark.timeout(300)
def test_a_view_of_a_list_is_small(room: Room, alva: Cast, bo: Cast) -> None:
    """A list of 25, looked at 200 times in a day in which it changes 20 times: what referral keeps of each look."""
    for _ in range(25):
        alva.send(a_referral_about_both())
    a_day_of_views(room, alva, bo)
    # by now every table and index has its first pages
    settings, tables = room.installation.settings(), ("looks", "look_kinds", "id_sets")
    before = weigh(settings, "referral", tables)
    for _ in range(DAYS):
        a_day_of_views(room, alva, bo)
    after = weigh(settings, "referral", tables)
    a_view = sum(after[table] - before[table] for table in tables) / VIEWS_A_DAY / DAYS
    assert 0 < a_view < A_VIEW, f"{a_view:.0f} bytes are kept of a view"


def a_day_of_views(room: Room, alva: Cast, bo: Cast) -> None:
    """Between one change of the list and the next, its page is shown ten times."""
    for _ in range(CHANGES_A_DAY):
        # the most urgent first: the new one is on the page
        room.clock.move_to(room.clock.now() - timedelta(minutes=1))
        alva.send(a_referral_about_both())
        for _ in range(VIEWS_A_DAY // CHANGES_A_DAY):
            with room.parts.unit_of_work(bo.actor) as uow:
                assert len(work_list(Show.OPEN, bo.actor, uow).lines) == PAGE
                uow.commit()
