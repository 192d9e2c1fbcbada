"""Every page of the directory that names something, asked for by whoever does not answer for it: as if it were not
there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.cast import ASSIGNMENT, ORGANIZATION, UNIT
from tests.support.directory_city import City
from tests.support.wrong_relations import asked, but_for_ids, doors_that_name_something, unknown

# shown to everybody
PUBLIC = {"public.organization", "public.service"}
# what each could do to their own: trying it at another's leaves a record that names what was tried
RECORDED = {"dani": ("service_id", "activity_id"), "hanna": ("unit_id", "assignment_id")}


@pytest.fixture
def anothers(city: City) -> dict[str, UUID]:
    """What neither Dani nor Hanna answers for; and what Hanna does, which is not Dani's."""
    partner = {"partner": ORGANIZATION["partner-2"]}
    service = city.rows("select id from support_services where organization_id = :partner limit 1", **partner)
    activity = city.rows(
        "select a.id from activities a join support_services s on s.id = a.service_id "
        "where s.organization_id = :partner limit 1",
        **partner,
    )
    return {
        "service_id": service[0].id,
        "activity_id": activity[0].id if activity else uuid4(),
        "assignment_id": ASSIGNMENT["alva"],
        "unit_id": city.actor("alva").unit_id,
        "rule_id": uuid4(),
        "form_id": uuid4(),
    }


def as_it_stands(city: City) -> list[Any]:
    """Whatever a page could change of it."""
    return [
        city.rows("select id, version from units order by id"),
        city.rows("select id, ended_at from assignments order by id"),
        city.rows("select id, version from support_services order by id"),
        city.rows("select id, version from activities order by id"),
        city.rows("select municipality_code, version from routing order by 1"),
    ]


@pytest.mark.parametrize("who", ["dani", "hanna", "alva", "bo", "ester"])
def test_what_is_not_theirs_is_not_there(city: City, anothers: dict[str, UUID], who: str) -> None:
    """Each page, each form: another partner's support, another authority's unit and staff, as what there is not."""
    client = city.signed_in(who)
    before, walked = as_it_stands(city), set()
    for door in doors_that_name_something(city.app):
        if door.endpoint in PUBLIC:
            continue
        named = {each: anothers[each] for each in door.arguments}
        hidden, nobodys = (
            asked(city.app, client, door, these, "/directory/assignment", city.rules().version)
            for these in (named, unknown(named))
        )
        assert but_for_ids(hidden) == but_for_ids(nobodys), door
        assert hidden.status_code in (403, 404), (door, hidden.status_code, hidden.headers.get("Location"))
        walked |= door.arguments
    assert walked == anothers.keys()
    assert as_it_stands(city) == before
    records = [each for each in city.told("access.recorded.v1") if each["outcome"] == "refused"]
    tried = {subject for each in records if each["subject"] == who for subject in each["subjects"]}
    assert {str(anothers[each]) for each in RECORDED.get(who, ())} <= tried


def test_hannas_are_not_danis(city: City) -> None:
    """What an administrator may open and a partner's editor may not: the role is told, and not what there is."""
    dani, rule = city.signed_in("dani"), city.rules().rules[0].id
    theirs = {"unit_id": UNIT["advice-sodermalm"], "assignment_id": ASSIGNMENT["bo"], "rule_id": rule}
    doors = [each for each in doors_that_name_something(city.app) if each.arguments & theirs.keys()]
    assert doors
    for door in doors:
        named = {each: theirs[each] for each in door.arguments}
        hidden, nobodys = (
            asked(city.app, dani, door, these, "/directory/assignment") for these in (named, unknown(named))
        )
        assert but_for_ids(hidden) == but_for_ids(nobodys), door
        assert hidden.status_code == 403, door
