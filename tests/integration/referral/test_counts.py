"""A door of counts, for asking again and again: it shows nobody, may answer 304, and leaves no trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room
from tests.support.cast import HEALTH_CENTRE, NOON

COUNTS = "/referrals/counts"


def counted(somebody: Cast, **query: str) -> dict[str, Any]:
    """What the door answers somebody."""
    answer = somebody.ask("GET", f"{COUNTS}?{'&'.join(f'{name}={value}' for name, value in query.items())}")
    assert answer.status_code == 200, answer.json
    told: dict[str, Any] = answer.json
    return told


def test_it_counts_what_the_list_shows(room: Room, alva: Cast, bo: Cast) -> None:
    """Open ones, those that wait for an answer, those that are new; what is closed is none of them."""
    first, second, third = (alva.send().json["id"] for _ in range(3))
    bo.step("accept", first)
    bo.step("reject", second, body={"reason": "outside-area"})
    room.clock.move_to(NOON + timedelta(hours=1))
    alva.send()
    since = NOON.isoformat().replace("+00:00", "Z")
    assert counted(bo, since=since) == {"open": 3, "waiting": 2, "new": 1}
    assert counted(bo) == {"open": 3, "waiting": 2, "new": None}
    assert len(bo.ask("GET", "/referrals?state=open").json["items"]) == 3
    # whether somebody has accepted is not for every carer's referrer to know
    assert counted(alva, since=since) == {"open": 3, "waiting": None, "new": 1}
    assert third


def test_nothing_new_is_answered_304_and_leaves_no_trace(room: Room, alva: Cast, bo: Cast) -> None:
    """No access record, no event, no body; whatever happens is another answer."""
    alva.send()
    before = (room.ask("SELECT count(*) FROM looks"), room.ask("SELECT count(*) FROM outbox"))
    first = bo.ask("GET", COUNTS)
    again = bo.ask("GET", COUNTS, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first.headers["Vary"].replace(" ", "").split(","))
    assert (room.ask("SELECT count(*) FROM looks"), room.ask("SELECT count(*) FROM outbox")) == before
    alva.send()
    assert bo.ask("GET", COUNTS, If_None_Match=first.headers["ETag"]).json["waiting"] == 2


def test_nobody_elses_are_counted(room: Room, alva: Cast, bo: Cast, cilla: Cast) -> None:
    """Another unit's are not, nor is another's answer one's own; who has no list has no counts, and is noted."""
    ester = room.somebody("ester", Role.AUDITOR, HEALTH_CENTRE)
    alva.send()
    assert counted(cilla) == {"open": 0, "waiting": 0, "new": None}
    assert cilla.ask("GET", COUNTS, If_None_Match=bo.ask("GET", COUNTS).headers["ETag"]).status_code == 200
    assert ester.ask("GET", COUNTS).status_code == 403
    [tried] = room.ask("SELECT action FROM access_records WHERE subject = 'ester'")
    assert tried.action == "attempt.list"


def test_a_stand_in_counts_too_and_nothing_twice(room: Room, alva: Cast, bo: Cast) -> None:
    """What a unit stands in for is in its list, so it is in its counts."""
    alva.send()
    stand_in, unit = room.ask("SELECT stand_in_unit_id, receiving_unit_id FROM referrals")[0]
    assert stand_in is not None
    assert unit == bo.actor.unit_id
    there = room.somebody("dora", Role.ADVISER, stand_in)
    assert counted(there)["open"] == len(there.ask("GET", "/referrals").json["items"]) == 1


@pytest.mark.parametrize("since", ["now", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-11-20"])
def test_a_moment_is_a_moment(bo: Cast, since: str) -> None:
    """What is none is refused, and said to be."""
    assert bo.ask("GET", f"{COUNTS}?since={since}").status_code == 422
