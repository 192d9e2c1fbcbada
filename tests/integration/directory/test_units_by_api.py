"""An administrator's system registers a unit: by the same command as the page, once, within its own authority."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.builders.directory import a_units_body
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.directory_city import API, City

CITY, REGION, LYKTAN = (str(ORGANIZATION[slug]) for slug in ("city-stockholm", "region-stockholm", "partner-1"))
FARSTA = str(UNIT["advice-farsta"])
NOTHING: dict[str, list[str]] = {
    "receives_by_rules": [],
    "stands_in_by_rules": [],
    "stands_in_for_units": [],
    "default_of": [],
}


def a_unit(**changes: Any) -> dict[str, Any]:
    """A new unit that receives on Södermalm, for which Farsta stands in."""
    told = {"function_address": "huset@example.se", "stand_in_unit_id": FARSTA, "address_withheld": False}
    return a_units_body(**{**told, **changes})


def register(city: City, body: dict[str, Any], key: str = "") -> Any:
    """What Hanna's system is answered."""
    return city.ask("hanna", "POST", "/units", body, Idempotency_Key=key or uuid4().hex)


def test_a_unit_is_registered_told_recorded_and_shown(city: City) -> None:
    """201 with its place and version; the others are told; the log says who did it; page and public list show it."""
    body = a_unit()
    answer = register(city, body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"'), answer.json
    unit_id = answer.json["id"]
    assert answer.headers["Location"] == f"{API}/units/{unit_id}"
    assert answer.json == {**body, "id": unit_id, "active": True, "former_names": [], "leading_here": NOTHING}
    read = city.ask("hanna", "GET", f"/units/{unit_id}")
    assert (read.json, read.headers["ETag"]) == (answer.json, '"1"')
    told = city.told("unit.changed.v1")[-1]
    assert (told["unit_id"], told["name"], told["stand_in_unit_id"]) == (unit_id, body["name"], FARSTA)
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["record_kind"], record["subjects"]) == ("change", "unit", [unit_id])
    assert (record["subject"], record["outcome"], record["rule"]) == ("hanna", "allowed", "own-organization")
    hanna = city.signed_in("hanna")
    assert body["name"] in hanna.get(f"/directory/admin/units/{unit_id}").text
    assert body["name"] in city.client().get(f"{API}/units?kind=receiving&limit=100").text


def test_what_is_left_out_is_empty(city: City) -> None:
    """Who does not receive needs no address; a partner's unit is the municipality's to register."""
    body = {"name": f"Lyktans grupp {uuid4().hex[:8]}", "kind": "partner", "organization_id": LYKTAN, "area": "0180"}
    answer = register(city, body)
    assert answer.status_code == 201, answer.json
    empty = {"function_address": None, "phone": None, "stand_in_unit_id": None, "address_withheld": False}
    assert answer.json == {
        **body,
        **empty,
        "id": answer.json["id"],
        "active": True,
        "former_names": [],
        "leading_here": NOTHING,
    }
    assert city.told("access.recorded.v1")[-1]["rule"] == "own-municipality"


def test_the_unit_is_changed_and_named_in_a_rule_afterwards(city: City, rules_as_they_were: None) -> None:
    """The whole round by one system: register, change from the version answered, send carers there."""
    answer = register(city, a_unit())
    reached = {"function_address": "ny@example.se", "phone": "08-465 004 61", "stand_in_unit_id": None, "active": True}
    path = f"/units/{answer.json['id']}"
    changed = city.ask("hanna", "PUT", path, reached, If_Match=answer.headers["ETag"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    rules = city.ask("hanna", "GET", "/routing-rules/0180")
    chosen = {"default_unit_id": answer.json["id"]}
    named = city.ask("hanna", "PUT", "/routing-rules/0180/default-unit", chosen, If_Match=rules.headers["ETag"])
    assert named.json["default_unit_id"] == answer.json["id"]


def test_one_key_registers_one_unit(city: City) -> None:
    """Asked again: the same answer, nothing told or recorded anew. Another body under the key is refused."""
    body, key = a_unit(), uuid4().hex
    first = register(city, body, key)
    told, recorded = len(city.told("unit.changed.v1")), len(city.told("access.recorded.v1"))
    again = register(city, body, key)
    assert (again.status_code, again.json, again.headers["Location"], again.headers["ETag"]) == (
        201,
        first.json,
        first.headers["Location"],
        first.headers["ETag"],
    )
    assert len(city.rows("select id from units where name = :name", name=body["name"])) == 1
    assert (len(city.told("unit.changed.v1")), len(city.told("access.recorded.v1"))) == (told, recorded)
    other = register(city, a_unit(), key)
    assert (other.status_code, other.json["type"]) == (422, "urn:lotsa:problem:idempotency-key-reused")


@pytest.mark.parametrize(
    ("wrong", "status", "slug", "pointer", "said"),
    [
        ({"name": ""}, 422, "invalid", "#/name", "Det här behöver fyllas i."),
        ({"name": " \u200b"}, 422, "invalid", "#/name", "Det här behöver fyllas i."),
        ({"name": "---"}, 422, "invalid", "#/name", "Skriv det här med bokstäver eller siffror."),
        ({"name": "a\u202eb"}, 422, "invalid", "#/name", "Ta bort de osynliga tecken som vänder på texten."),
        ({"phone": "-"}, 422, "invalid", "#/phone", "Det här är inget telefonnummer."),
        ({"name": "x" * 121}, 422, "invalid", "#/name", "Skriv högst 120 tecken."),
        ({"kind": "office"}, 422, "invalid", "#/kind", "Välj ett av alternativen."),
        ({"kind": None}, 422, "invalid", "#/kind", "Det här behöver fyllas i."),
        ({"area": "1480"}, 422, "invalid", "#/area", "Välj ett av alternativen."),
        ({"area": "0180-nowhere"}, 422, "invalid", "#/area", "Välj ett av alternativen."),
        ({"area": "Stockholm"}, 422, "invalid", "#/area", "Det här har fel form."),
        ({"organization_id": "0"}, 422, "invalid", "#/organization_id", ""),
        ({"function_address": None}, 422, "receiving-unit-needs-address", "#/function_address", ""),
        ({"phone": ""}, 422, "receiving-unit-needs-address", "#/phone", ""),
        ({"phone": "0" * 121}, 422, "invalid", "#/phone", "Skriv högst 120 tecken."),
        ({"function_address": "centrum"}, 422, "invalid", "#/function_address", "E-postadressen saknar @."),
        (
            {"function_address": "a@b..se"},
            422,
            "invalid",
            "#/function_address",
            "Det som står efter @ är inget domännamn.",
        ),
        ({"kind": "audit"}, 422, "invalid", "#/stand_in_unit_id", "Bara en enhet som tar emot"),
        ({"stand_in_unit_id": str(UNIT["health-centre-1"])}, 422, "unit-cannot-receive", "#/stand_in_unit_id", ""),
        ({"stand_in_unit_id": str(uuid4())}, 422, "unit-cannot-receive", "#/stand_in_unit_id", ""),
        ({"organization_id": LYKTAN}, 422, "civil-society-receives-no-referrals", "#/kind", ""),
        ({"address_withheld": "yes"}, 422, "invalid", "#/address_withheld", ""),
        ({"active": False}, 422, "invalid", "#/active", ""),
        ({"id": str(uuid4())}, 422, "invalid", "#/id", ""),
        ({"name": "anhörigkonsulenterna, FARSTA"}, 409, "name-taken", "#/name", "Organisationen har redan en enhet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_at_its_field(
    city: City, wrong: dict[str, Any], status: int, slug: str, pointer: str, said: str
) -> None:
    """As on the page: the field named, a Swedish sentence, and no unit has come into being."""
    before = len(city.told("unit.changed.v1"))
    refused = register(city, a_unit(**wrong))
    assert (refused.status_code, refused.json["type"]) == (status, f"urn:lotsa:problem:{slug}"), refused.json
    assert refused.mimetype == "application/problem+json"
    errors = {each["pointer"]: each["detail"] for each in refused.json["errors"]}
    assert said in errors[pointer]
    assert len(city.told("unit.changed.v1")) == before


def test_a_refused_key_may_be_used_when_the_body_is_right(city: City) -> None:
    """Only what had an effect is remembered."""
    key = uuid4().hex
    assert register(city, a_unit(area="1480"), key).status_code == 422
    assert register(city, a_unit(), key).status_code == 201


@pytest.mark.parametrize(
    ("organization_id", "kind"),
    [(REGION, "referring"), (REGION, "receiving"), (str(uuid4()), "receiving")],
    ids=["the region refers", "the region receives", "nobody"],
)
def test_another_authoritys_unit_is_not_hers_to_register(city: City, organization_id: str, kind: str) -> None:
    """Answered as for something unknown, and recorded."""
    body = a_unit(organization_id=organization_id, kind=kind, stand_in_unit_id=None)
    refused = register(city, body)
    assert (refused.status_code, refused.json["type"]) == (404, "urn:lotsa:problem:unit-not-yours")
    assert city.rows("select id from units where name = :name", name=body["name"]) == []
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-unit", "refused")
    assert (attempt["record_kind"], attempt["subjects"]) == ("organization", [organization_id])


def test_the_regions_system_registers_the_regions_units_and_no_others(city: City) -> None:
    """In every municipality of the region; the city's organisation is not there for it."""
    theirs = city.administrator_of(ORGANIZATION["region-stockholm"], "0180")

    def asked(**changes: Any) -> Any:
        body = a_unit(kind="referring", organization_id=REGION, area="0181", stand_in_unit_id=None)
        return city.ask_as(theirs, "POST", "/units", {**body, **changes}, Idempotency_Key=uuid4().hex)

    assert asked().status_code == 201
    elsewhere = asked(area="1480")
    assert [each["pointer"] for each in elsewhere.json["errors"]] == ["#/area"]
    assert asked(organization_id=CITY).status_code == 404
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["subject"]) == ("attempt.edit-unit", theirs.user.subject)


@pytest.mark.parametrize("name", ["alva", "bo", "dani", "ester"])
def test_no_other_roles_system_registers_units(city: City, name: str) -> None:
    """403, and recorded; nobody without a token comes so far."""
    body = a_unit()
    refused = city.ask(name, "POST", "/units", body, Idempotency_Key=uuid4().hex)
    assert (refused.status_code, refused.json["type"]) == (403, "urn:lotsa:problem:role-not-allowed")
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["subject"], record["rule"]) == ("attempt.change", name, "role-not-allowed")
    assert city.client().post(f"{API}/units", json=body).status_code == 401
    assert city.rows("select id from units where name = :name", name=body["name"]) == []
