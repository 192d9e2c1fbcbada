"""An administrator's system changes units, and grants and ends assignments; nobody else's does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.actor import UserRef
from tests.support.cast import DEMO_ISSUER, UNIT
from tests.support.directory_city import City

BROMMA = f"/units/{UNIT['advice-bromma']}"
STAND_IN = str(UNIT["advice-farsta"])
HEALTH_CENTRE = UNIT["health-centre-1"]


def bromma(**changes: Any) -> dict[str, Any]:
    """Bromma's unit as it might be reached."""
    body = {"function_address": "bromma@example.se", "phone": "08-465 004 10", "stand_in_unit_id": None, "active": True}
    return {**body, **changes}


def an_assignment(**changes: Any) -> dict[str, Any]:
    """A new adviser in Bromma."""
    return {"unit_id": str(UNIT["advice-bromma"]), "subject": f"user-{uuid4().hex}", "role": "adviser", **changes}


def test_a_unit_is_changed_told_and_recorded(city: City) -> None:
    """Under the version that was read; the next version is answered, told, and the change is in the access records."""
    seen = city.ask("hanna", "GET", BROMMA)
    assert (seen.status_code, seen.json["active"]) == (200, True)
    body = bromma(stand_in_unit_id=STAND_IN)
    changed = city.ask("hanna", "PUT", BROMMA, body, If_Match=seen.headers["ETag"])
    assert changed.status_code == 200, changed.json
    assert {name: changed.json[name] for name in body} == body
    assert changed.json["name"] == seen.json["name"]
    assert changed.headers["ETag"] != seen.headers["ETag"]
    told = city.told("unit.changed.v1")[-1]
    assert (told["function_address"], told["stand_in_unit_id"]) == ("bromma@example.se", STAND_IN)
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["record_kind"], record["subject"]) == ("change", "unit", "hanna")
    assert (record["outcome"], record["rule"]) == ("allowed", "own-organization")


def test_of_two_who_change_a_unit_the_second_is_told(city: City) -> None:
    """Without If-Match 428, with an old one 412; nothing is changed by either."""
    version = city.ask("hanna", "GET", BROMMA).headers["ETag"]
    assert city.ask("hanna", "PUT", BROMMA, bromma()).status_code == 428
    assert city.ask("hanna", "PUT", BROMMA, bromma(), If_Match=version).status_code == 200
    late = city.ask("hanna", "PUT", BROMMA, bromma(phone="08-465 004 99"), If_Match=version)
    assert late.status_code == 412
    assert city.ask("hanna", "GET", BROMMA).json["phone"] == "08-465 004 10"


@pytest.mark.parametrize(
    ("wrong", "status", "slug"),
    [
        ({"function_address": None}, 422, "receiving-unit-needs-address"),
        ({"stand_in_unit_id": str(uuid4())}, 422, "unit-cannot-receive"),
        ({"stand_in_unit_id": str(HEALTH_CENTRE)}, 422, "unit-cannot-receive"),
        ({"stand_in_unit_id": str(UNIT["advice-bromma"])}, 422, "stand-in-is-itself"),
    ],
)
def test_what_would_break_a_unit_is_refused(city: City, wrong: dict[str, Any], status: int, slug: str) -> None:
    """No way to reach it, or a stand-in that is nobody, cannot receive, or is itself."""
    version = city.ask("hanna", "GET", BROMMA).headers["ETag"]
    refused = city.ask("hanna", "PUT", BROMMA, bromma(**wrong), If_Match=version)
    assert (refused.status_code, refused.json["type"]) == (status, f"urn:lotsa:problem:{slug}")


@pytest.mark.holds("no-carer-ends-nowhere")
def test_the_default_unit_cannot_be_closed(city: City) -> None:
    """No rule matching is never a dead end."""
    path = f"/units/{UNIT['advice-stockholm']}"
    version = city.ask("hanna", "GET", path).headers["ETag"]
    refused = city.ask("hanna", "PUT", path, bromma(active=False), If_Match=version)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:lotsa:problem:unit-is-a-default")


def test_nobody_closes_the_unit_they_are_working_under(city: City) -> None:
    """Somebody else has to; what else they change of it is changed."""
    path = f"/units/{city.actor('hanna').unit_id}"
    seen = city.ask("hanna", "GET", path)
    version, reached = seen.headers["ETag"], {name: seen.json[name] for name in bromma()}
    refused = city.ask("hanna", "PUT", path, {**reached, "active": False}, If_Match=version)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:lotsa:problem:unit-is-your-own")
    assert refused.json["title"] == "Du arbetar själv i enheten, så någon annan får stänga den."
    assert city.ask("hanna", "PUT", path, reached, If_Match=version).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("alva", 403), ("bo", 403), ("dani", 403), ("ester", 403)])
def test_other_roles_administer_nothing(city: City, name: str, status: int) -> None:
    """Neither units nor assignments, not even their own; and each attempt is in the access records."""
    unit, own = str(UNIT["advice-bromma"]), str(city.actor(name).assignment_id)
    before = len(city.told("access.recorded.v1"))
    assert city.ask(name, "GET", BROMMA).status_code == status
    assert city.ask(name, "PUT", BROMMA, bromma(), If_Match='"1"').status_code == status
    assert city.ask(name, "POST", "/assignments", an_assignment(), Idempotency_Key=str(uuid4())).status_code == status
    assert city.ask(name, "DELETE", f"/assignments/{own}").status_code == status
    records = city.told("access.recorded.v1")[before:]
    assert {(each["subject"], each["outcome"], each["rule"]) for each in records} == {
        (name, "refused", "role-not-allowed")
    }
    assert [(each["action"], each["record_kind"], each["subjects"]) for each in records] == [
        ("attempt.read", "unit", [unit]),
        ("attempt.change", "unit", [unit]),
        ("attempt.change", "directory", []),
        ("attempt.change", "assignment", [own]),
    ]


def test_the_regions_units_are_not_the_citys(city: City) -> None:
    """A health centre in Stockholm answers as an unknown unit would, and the attempt is recorded."""
    for unit_id in (HEALTH_CENTRE, uuid4()):
        for answer in (
            city.ask("hanna", "GET", f"/units/{unit_id}"),
            city.ask("hanna", "PUT", f"/units/{unit_id}", bromma(), If_Match='"1"'),
            city.ask(
                "hanna",
                "POST",
                "/assignments",
                an_assignment(unit_id=str(unit_id), role="referrer"),
                Idempotency_Key=str(uuid4()),
            ),
        ):
            what = "assignment" if answer.request.method == "POST" else "unit"
            assert (answer.status_code, answer.json["type"]) == (404, f"urn:lotsa:problem:{what}-not-yours")
            assert answer.json["former_type"] == "urn:lotsa:problem:listing-not-yours"
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-assignment", "refused")


def test_an_assignment_is_granted_once_however_often_it_is_asked_for(city: City) -> None:
    """Under one key: one assignment, under this installation's issuer, told once and recorded."""
    body, key = an_assignment(), str(uuid4())
    before = len(city.told("assignment.granted.v1"))
    first = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=key)
    again = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 201), first.json
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    told = city.told("assignment.granted.v1")[before:]
    assert [(each["subject"], each["issuer"]) for each in told] == [(body["subject"], DEMO_ISSUER)]
    held = city.parts.staff.assignments_of(UserRef(DEMO_ISSUER, body["subject"]), datetime.now(UTC))
    assert [str(each.id) for each in held] == [first.json["id"]]
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["subjects"]) == ("change", [first.json["id"]])
    ended = city.ask("hanna", "DELETE", first.headers["Location"].removeprefix("/api/directory/v1"))
    assert ended.status_code == 204


@pytest.mark.parametrize(
    ("wrong", "slug"),
    [
        ({"role": "partner-editor"}, "role-does-not-fit-unit"),
        ({"valid_to": "2021-01-01T00:00:00Z"}, "period-ends-before-it-begins"),
    ],
)
def test_what_would_be_no_assignment_is_refused(city: City, wrong: dict[str, Any], slug: str) -> None:
    """A role that such a unit has not, or a period that is over before it begins."""
    refused = city.ask("hanna", "POST", "/assignments", an_assignment(**wrong), Idempotency_Key=str(uuid4()))
    assert (refused.status_code, refused.json["type"]) == (422, f"urn:lotsa:problem:{slug}")


@pytest.mark.holds("nobody-gives-themselves-a-role")
def test_nobody_makes_an_operator_of_themselves(city: City) -> None:
    """The one role that may do everything comes from operators alone; the attempt is recorded."""
    own_unit = str(city.actor("hanna").unit_id)
    body = an_assignment(unit_id=own_unit, role="operator", subject="hanna")
    refused = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
    assert (refused.status_code, refused.json["type"]) == (403, "urn:lotsa:problem:role-may-not-edit")
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-assignment", "refused")
    roles = {each["role"] for each in city.ask("hanna", "GET", "/assignments").json["assignments"]}
    assert roles == {"municipality-administrator"}
