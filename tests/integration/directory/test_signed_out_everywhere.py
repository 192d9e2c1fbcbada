"""An administrator signs somebody out everywhere, and nobody else can."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.service import Directory
from shared.storage.staff import ANY_CLOCKS_ERROR
from tests.support.cast import ASSIGNMENT, UNIT
from tests.support.directory_city import City
from tests.support.sessions import state_of

BOS = ASSIGNMENT["bo"]
PAGE = f"/directory/admin/assignments/{BOS}/sign-out"


def is_in(client: Any) -> bool:
    """Whether a browser is still signed in."""
    return bool(client.get("/directory/assignment").status_code == 200)


def living(city: City) -> set[UUID]:
    """The sessions that can be ended."""
    return {row.session_id for row in city.rows("select session_id from living_sessions")}


@pytest.mark.holds("signed-out-everywhere-by-an-administrator", "signed-out-in-all-browsers")
def test_all_of_somebodys_browsers_are_signed_out_and_nobody_elses(city: City) -> None:
    """By the page, which asks first; each end is told to the other services, and it is recorded by whom."""
    # whoever was Bo in another test has left
    assert city.ask("hanna", "DELETE", f"/assignments/{BOS}/sessions").status_code == 200
    hanna, alva = city.signed_in("hanna"), city.signed_in("alva")
    bos = [city.signed_in("bo") for _ in range(2)]
    ids = [state_of(each).session_id for each in bos]
    assert living(city) >= set(ids)
    unit = hanna.get(f"/directory/admin/units/{UNIT['advice-sodermalm']}").text
    assert PAGE in unit
    known_until = {str(state.session_id): state.known_until for state in map(state_of, bos)}
    assert all(map(is_in, bos)), "nothing happens by looking"
    asked = hanna.get(PAGE)
    assert "Uppdraget är kvar" in asked.text
    assert all(map(is_in, bos)), "nor by asking"
    answer = city.send(hanna, PAGE)
    assert answer.status_code == 303
    done = hanna.get(answer.headers["Location"]).text
    assert "bo är utloggad här, och i de andra tjänsterna oftast inom några ögonblick." in done
    assert "utloggad överallt" not in done, "the other services have yet to hear of it"
    assert not any(map(is_in, bos))
    assert is_in(hanna)
    assert is_in(alva)
    told = {each["session_id"]: datetime.fromisoformat(each["expires_at"]) for each in city.told("session.ended.v1")}
    assert told.keys() >= set(map(str, ids))
    assert all(told[each] >= known_until[each] for each in known_until), "for as long as its cookie says whose it is"
    record = next(each for each in city.told("access.recorded.v1")[::-1] if each["record_kind"] == "sessions")
    assert (record["subject"], record["outcome"], record["action"]) == ("hanna", "allowed", "change")
    assert set(record["subjects"]) == {str(BOS), *map(str, ids)}
    assert "var inte inloggad någonstans" in hanna.get(city.send(hanna, PAGE).headers["Location"]).text
    assert is_in(city.signed_in("bo")), "they may come in again"


def test_a_system_can_do_it_too(city: City) -> None:
    """How many there were is answered; a second time there are none."""
    city.signed_in("bo")
    path = f"/assignments/{BOS}/sessions"
    first, second = (city.ask("hanna", "DELETE", path) for _ in range(2))
    assert (first.status_code, first.json["ended"] >= 1) == (200, True)
    assert second.json == {"ended": 0}


@pytest.mark.parametrize(
    ("who", "assignment", "status"),
    [
        ("bo", BOS, 403),
        ("ester", BOS, 403),
        ("hanna", ASSIGNMENT["ester"], 403),  # whoever is reviewed does not keep the reviewer out
        ("hanna", ASSIGNMENT["alva"], 404),  # another authority's
        ("hanna", uuid4(), 404),
    ],
)
def test_nobody_signs_out_whom_they_do_not_answer_for(city: City, who: str, assignment: UUID, status: int) -> None:
    """Refused, and recorded as an attempt; nobody is signed out."""
    before = living(city)
    assert city.ask(who, "DELETE", f"/assignments/{assignment}/sessions").status_code == status
    assert city.told("access.recorded.v1")[-1]["outcome"] == "refused"
    assert living(city) == before


def test_what_is_over_is_forgotten(city: City) -> None:
    """By signing out, and by the clock when its cookie has long said nothing, by any clock."""
    client = city.signed_in("bo")
    session_id = state_of(client).session_id
    city.send(client, "/directory/assignment", onto="/directory/logout")
    assert session_id not in living(city)
    past = uuid4()
    with city.parts.work() as work:
        ended = city.parts.clock.now() - ANY_CLOCKS_ERROR
        work.living_sessions.begin(past, city.actor("bo").user, ended)
        work.commit()
    assert past in living(city)
    Directory(city.parts).sweep()
    assert past not in living(city)
