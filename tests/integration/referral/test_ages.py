"""Where a carer goes by age: told exactly, by the year, or by a band that a rule may cut."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.answers import ANSWERS
from tests.support.builders.bodies import a_referral, read_out_for
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN

FROM_67 = {
    "rule_id": "older",
    "area": "0180",
    "unit_id": str(KUNGSHOLMEN),
    "reason_sv": "Anhöriga från 67 år.",
    "age_of": "carer",
    "age_from": 67,
}
CHILDREN = {
    "rule_id": "children",
    "area": "0180",
    "unit_id": str(STAND_IN),
    "reason_sv": "Barn som är anhöriga.",
    "target_groups": ["young-carer"],
}


def sent_to(alva: Cast, **told: Any) -> str:
    """The unit that receives a carer of whom this is told of the age, by the rules: told by a refusal, if it is
    another than the one whose name was read out, and then read out anew."""
    body = a_referral()
    body["carer"].pop("identity_number")
    body["carer"] |= told
    answer = alva.send(body, Idempotency_Key=str(uuid4()))
    for unit in (KUNGSHOLMEN, STAND_IN):
        if answer.status_code == 422:
            answer = alva.send(read_out_for(unit, body), Idempotency_Key=str(uuid4()))
    assert answer.status_code == 201, answer.json
    return str(answer.json["receiving_unit_id"])


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ({"age_band": "65-79"}, SODERMALM),
        ({"age_band": "65-79", "year_of_birth": 1950}, KUNGSHOLMEN),
        ({"age_band": "80-or-over"}, KUNGSHOLMEN),
        ({"year_of_birth": 1960}, SODERMALM),
        ({"identity_number": "191212121212"}, KUNGSHOLMEN),
        ({}, SODERMALM),
    ],
)
def test_a_rule_takes_those_whose_age_is_known_to_lie_within_it(
    room: Room, alva: Cast, told: dict[str, Any], unit: Any
) -> None:
    """67 and over: not those of whom only "65 to 79" is known, but whoever the year or the number tells of."""
    room.rules(FROM_67, version=2)
    assert sent_to(alva, **told) == str(unit)


def test_a_system_is_told_that_the_age_decides(room: Room, alva: Cast) -> None:
    """A band that a rule cuts, and an age that was not told; not a year, nor a band that lies within."""
    room.rules(FROM_67, version=2)
    asked = {
        told: alva.ask("GET", f"/routing-proposal?area=0180-sodermalm{told}").json["age_decides"]
        for told in ("", "&age_band=65-79", "&age_band=80-or-over", "&age_band=45-64", "&year_of_birth=1950")
    }
    assert asked == {
        "": True,
        "&age_band=65-79": True,
        "&age_band=80-or-over": False,
        "&age_band=45-64": False,
        "&year_of_birth=1950": False,
    }


def test_a_band_and_a_year_that_disagree_are_asked_about(room: Room, alva: Cast) -> None:
    """Where a proposal is asked for, and where a referral is sent: by name, in Swedish."""
    answer = alva.ask("GET", "/routing-proposal?area=0180-sodermalm&age_band=under-18&year_of_birth=1950")
    assert (answer.status_code, answer.json["type"]) == (422, "urn:lotsa:problem:ages-disagree")
    body = a_referral()
    body["carer"]["age_band"] = "under-18"
    answer = alva.send(body, Idempotency_Key=str(uuid4()))
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {
            "pointer": "#/carer/identity_number",
            "detail": "Personnumret och åldersgruppen stämmer inte med varandra. Vilket är rätt?",
        }
    ]


YOUNG = "Här står att den som ger stöd är under 18 år, men den ålder som är angiven är högre. Vilket stämmer?"
THE_YOUNG_STATEMENT = {"own_statement": "yes", "target_groups": ["young-carer"]}


@pytest.mark.parametrize("told", [{"age_band": "18-24"}, {"year_of_birth": 1950}, {"identity_number": "191212121212"}])
def test_a_grown_up_is_no_young_carer(room: Room, alva: Cast, told: dict[str, Any]) -> None:
    """Routing goes by the group, and the unit for children would have met a grown-up: asked, at its field."""
    body = a_referral()
    body["carer"] = {**body["carer"], "identity_number": "", **told}
    body["need"] |= THE_YOUNG_STATEMENT | {"own_statement": True}
    answer = alva.send(body, Idempotency_Key=str(uuid4()))
    assert (answer.status_code, answer.json["type"]) == (422, "urn:lotsa:problem:ages-disagree")
    assert answer.json["errors"] == [{"pointer": "#/need/target_groups", "detail": YOUNG}]


def test_nor_is_a_place_proposed_for_one(room: Room, alva: Cast) -> None:
    """A proposal that could not be sent is none; a child's, or one of whose age nothing is known, is."""
    asked = "/routing-proposal?area=0180-sodermalm&target_group=young-carer"
    assert alva.ask("GET", f"{asked}&age_band=25-44").json["type"] == "urn:lotsa:problem:ages-disagree"
    assert [alva.ask("GET", asked + age).status_code for age in ("", "&age_band=under-18")] == [200, 200]


def test_the_step_of_the_situation_asks_which_is_right(room: Room, alva: Cast) -> None:
    """When it is saved; and when the age is told only afterwards, on the way back from the first step."""
    pages = at_the_pages(alva)

    def drafted(**told: str) -> str:
        answers = {**ANSWERS, "carer": {**ANSWERS["carer"], **told}}
        draft = alva.ask("POST", "/drafts", {"answers": answers}, Idempotency_Key=str(uuid4())).json["id"]
        return f"/referral/drafts/{draft}"

    def saved(draft: str, step: str, fields: dict[str, Any]) -> str:
        return str(pages.post(f"{draft}/{step}", f"{draft}/{step}", **fields).location)

    child, unknown, grown_up = drafted(age_band="under-18"), drafted(), drafted(age_band="45-64")
    for draft in (child, unknown):
        assert "/receiver" in saved(draft, "situation", THE_YOUNG_STATEMENT)
    led = saved(grown_up, "situation", THE_YOUNG_STATEMENT)
    assert led.endswith("/situation?tried=1")
    assert YOUNG in pages.get(led).text
    led = saved(unknown, "carer", {**ANSWERS["carer"], "age_band": "45-64"})
    assert led.endswith("/situation?tried=1")
    assert YOUNG in pages.get(led).text
    assert pages.get(f"{unknown}/check").status_code == 303, "nor can it be sent"


@pytest.mark.holds("asked-for-the-age")
def test_whoever_refers_is_asked_for_the_age_that_a_rule_needs(room: Room, alva: Cast) -> None:
    """Beside the proposed unit, with a way to the field; not asked when it would change nothing."""
    pages = at_the_pages(alva)

    def receiver(**told: str) -> str:
        answers = {**ANSWERS, "carer": {**ANSWERS["carer"], **told}}
        draft = alva.ask("POST", "/drafts", {"answers": answers}, Idempotency_Key=str(uuid4())).json["id"]
        return str(pages.get(f"/referral/drafts/{draft}/receiver").text)

    question = "Åldern kan avgöra vem som tar emot"
    room.rules(FROM_67, version=2)
    assert question in receiver(age_band="65-79")
    assert question in receiver()
    assert question not in receiver(age_band="65-79", year_of_birth="1950")
    assert question not in receiver(age_band="45-64")
    room.rules({**FROM_67, "age_from": 65}, version=3)
    assert question not in receiver(age_band="65-79")


@pytest.mark.parametrize("told", [{"age_band": "under-18"}, {"year_of_birth": 2012}])
def test_a_child_goes_to_the_childrens_unit_without_its_group_being_ticked(
    room: Room, alva: Cast, told: dict[str, Any]
) -> None:
    """The age decides; nothing is added to what was told."""
    room.rules(CHILDREN, version=2)
    assert sent_to(alva, **told) == str(STAND_IN)
    assert sent_to(alva, age_band="18-24") == str(SODERMALM)


@pytest.mark.parametrize(
    ("hours", "status", "said"),
    [
        ({"hours_from": "08:00+02:00", "hours_to": "17:00"}, 422, "Skriv tiden utan tidszon: svensk tid gäller."),
        ({"hours_from": 8, "hours_to": "17:00"}, 422, "Skriv tiden som timmar och minuter, till exempel 08.30."),
        ({"hours_from": "08:00"}, 422, "Ange båda tiderna: från och till."),
        ({"hours_from": "22:00", "hours_to": "06:00"}, 201, ""),
        ({"hours_from": "00:00", "hours_to": "24:00"}, 201, ""),
    ],
)
def test_safe_hours_by_the_api(room: Room, alva: Cast, hours: dict[str, Any], status: int, said: str) -> None:
    """An offset is refused by name, a span over midnight is kept; nothing breaks."""
    body = a_referral()
    body["carer"]["safe_contact"] |= hours
    answer = alva.send(body, Idempotency_Key=str(uuid4()))
    assert answer.status_code == status
    assert [each["detail"] for each in answer.json.get("errors", [])] == ([said] if said else [])


def test_safe_hours_over_midnight_are_read_where_the_adviser_looks(room: Room, alva: Cast, bo: Cast) -> None:
    """Sent by a system, shown on Bo's page."""
    body = a_referral()
    body["carer"]["safe_contact"] |= {"hours_from": "22:00", "hours_to": "06:00"}
    referral = alva.send(body).json["id"]
    shown = at_the_pages(bo).get(f"/referral/referrals/{referral}").text
    assert "mellan 22.00 och 06.00" in shown
    assert "070-174 06 05" in shown
    assert "19121212-1212" in shown
