"""The systems' door: reading without a token, writing with one, versions and keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from openapi_spec_validator import validate

from services.directory.commands.grant_assignment import grant_assignment
from shared.kernel.actor import UserRef
from shared.kernel.identity import AssignmentId
from tests.support.builders.directory import a_grant
from tests.support.cast import ISSUER, ORGANIZATION, UNIT, stable
from tests.support.directory_city import API, City

LISTING = {"name": "Samtal i soffan", "summary": "Prata en stund.", "forms": ["guidance"], "areas": ["0180-sodermalm"]}
SESSION = {"title": "Öppet hus", "starts_at": "2027-03-01T17:00:00+01:00", "ends_at": "2027-03-01T19:00:00+01:00"}


def public(city: City, path: str) -> Any:
    """What anybody gets."""
    return city.client().get(f"{API}{path}")


@pytest.mark.holds("read-without-a-trace")
def test_anyone_may_look_without_a_token_or_a_trace(city: City) -> None:
    """Public reading needs nothing, and sets no cookie."""
    for path in ("/services", "/organizations", "/units", "/target-groups", "/forms-of-support"):
        answer = public(city, path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers


def test_filters_add_up(city: City) -> None:
    """Situation and kind of support and words: each narrows, and what is for the city is for its districts."""
    everything = public(city, "/services?limit=100").json["total"]
    dementia = public(city, "/services?target_group=dementia&limit=100").json
    courses = public(city, "/services?target_group=dementia&form=courses&area=0180-farsta&limit=100").json
    assert 0 < courses["total"] < dementia["total"] < everything
    assert all("dementia" in each["target_groups"] and "courses" in each["forms"] for each in courses["services"])
    assert public(city, "/services?q=teckenspråk").json["total"] >= 1
    assert public(city, "/services?q=100%25_").json["total"] == 0


def test_search_finds_inflected_words(city: City) -> None:
    """Swedish stemming: looking for walks finds the walk."""
    found = public(city, "/services?q=promenaderna").json["services"]
    assert any("promen" in each["name"].lower() for each in found)


def test_pages_follow_one_another_without_gap_or_repeat(city: City) -> None:
    """All pages of five are the same list as one page of a hundred."""
    whole = [each["id"] for each in public(city, "/services?limit=100").json["services"]]
    seen: list[str] = []
    cursor = ""
    while True:
        page = public(city, f"/services?limit=5{cursor}").json
        seen += [each["id"] for each in page["services"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == whole
    assert public(city, "/services?cursor=x").status_code == 422


def test_until_0_3_lists_have_their_former_members_too(city: City) -> None:
    """What 0.1 called items and cursor says the same; of the latter there is none on the last page."""
    service = public(city, "/services?limit=1").json["items"][0]["id"]
    answers = {
        "services": public(city, "/services?limit=1"),
        "organizations": public(city, "/organizations?limit=1"),
        "units": public(city, "/units?limit=1"),
        "activities": public(city, f"/services/{service}/activities"),
        "terms": public(city, "/target-groups"),
        "assignments": city.ask("hanna", "GET", "/assignments"),
    }
    for former, answer in answers.items():
        said = answer.json
        assert said[former] == said["items"] != [], former
        assert said.get("next") == said["next_cursor"], former
        assert ("next" in said) == (former in ("services", "organizations", "units")), former


def test_stale_listings_come_last(city: City) -> None:
    """What nobody has confirmed for long is marked, and sinks."""
    fresh = [each["fresh"] for each in public(city, "/services?limit=100").json["services"]]
    assert True in fresh
    assert False in fresh
    assert fresh == sorted(fresh, reverse=True)


def test_addresses_are_shown_for_units_that_receive_and_no_others(city: City) -> None:
    """A health centre's function address is nobody's business; a receiving unit's is everybody's."""
    units = {each["id"]: each for each in public(city, "/units?limit=100").json["units"]}
    assert units[str(UNIT["advice-sodermalm"])]["function_address"]
    assert units[str(UNIT["health-centre-1"])]["function_address"] is None
    assert units[str(UNIT["audit"])]["phone"] is None


def test_a_partners_system_lists_a_support_service_once(city: City) -> None:
    """The same key again gets the same answer; another body under it is refused."""
    key = uuid4().hex
    first = city.ask("dani", "POST", "/services", LISTING, Idempotency_Key=key)
    again = city.ask("dani", "POST", "/services", LISTING, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["ETag"] == '"1"'
    other = city.ask("dani", "POST", "/services", {**LISTING, "name": "Annat"}, Idempotency_Key=key)
    assert other.status_code == 422
    assert other.json["type"] == "urn:lotsa:problem:idempotency-key-reused"


def test_an_edit_says_which_version_it_was_made_from(city: City) -> None:
    """Without: 428. From an old one: 412. From the right one: 200 and a new tag. Public reading shows it at once."""
    location = city.ask("dani", "POST", "/services", LISTING).headers["Location"].removeprefix(API)
    changed = {**LISTING, "name": "Samtal i fåtöljen", "location": {"name": "Lokalen", "address": "Ljusgatan 4"}}
    assert city.ask("dani", "PUT", location, changed).status_code == 428
    assert city.ask("dani", "PUT", location, changed, If_Match='"7"').status_code == 412
    saved = city.ask("dani", "PUT", location, changed, If_Match='"1"')
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    shown = public(city, location).json
    assert (shown["name"], shown["location"]["address"]) == ("Samtal i fåtöljen", "Ljusgatan 4")
    confirmed = city.ask("dani", "POST", f"{location}/confirmation", If_Match='"2"')
    assert confirmed.json["version"] == 3


@pytest.mark.holds("cancelled-stays-on-the-page")
def test_an_activity_is_planned_changed_and_cancelled(city: City) -> None:
    """And stays listed as cancelled."""
    service = city.ask("dani", "POST", "/services", LISTING).headers["Location"].removeprefix(API)
    planned = city.ask("dani", "POST", f"{service}/activities", SESSION, Idempotency_Key=uuid4().hex)
    assert planned.status_code == 201
    activity = planned.headers["Location"].removeprefix(API)
    moved = city.ask("dani", "PUT", activity, {**SESSION, "title": "Öppet hus med sång"}, If_Match='"1"')
    assert moved.json["title"] == "Öppet hus med sång"
    assert city.ask("dani", "POST", f"{activity}/cancellation", If_Match='"2"').json["status"] == "cancelled"
    assert city.ask("dani", "PUT", activity, SESSION, If_Match='"3"').status_code == 409


def test_what_is_wrong_is_said_field_by_field(city: City) -> None:
    """Unknown members, wrong codes and turned-around times are refused with a pointer and a Swedish sentence."""
    unknown = city.ask("dani", "POST", "/services", {**LISTING, "shoe_size": 42})
    assert unknown.status_code == 422
    assert unknown.json["errors"][0]["pointer"] == "#/shoe_size"
    code = city.ask("dani", "POST", "/services", {**LISTING, "target_groups": ["martians"]})
    assert code.json["type"] == "urn:lotsa:problem:term-unknown"
    area = city.ask("dani", "POST", "/services", {**LISTING, "areas": ["9999"]})
    assert area.json["type"] == "urn:lotsa:problem:area-unknown"
    service = city.ask("dani", "POST", "/services", LISTING).headers["Location"].removeprefix(API)
    turned = {**SESSION, "ends_at": SESSION["starts_at"]}
    refused = city.ask("dani", "POST", f"{service}/activities", turned)
    assert refused.json["errors"][0]["detail"] == "Aktiviteten slutar innan den börjar."


@pytest.mark.parametrize(
    ("name", "status"),
    [("alva", 403), ("bo", 403), ("ester", 403), ("hanna", 403)],
)
def test_only_partners_write_listings(city: City, name: str, status: int) -> None:
    """Every other role is refused at the door."""
    assert city.ask(name, "POST", "/services", LISTING).status_code == status


def test_another_organisations_things_are_not_there(city: City) -> None:
    """404 for its support service, its activity and its own page, as for an unknown id."""
    service, activity = stable("service", "partner-2/1"), stable("activity", "partner-2/1")
    for path, body in (
        (f"/services/{service}", LISTING),
        (f"/services/{uuid4()}", LISTING),
        (f"/activities/{activity}", SESSION),
        (f"/organizations/{ORGANIZATION['partner-2']}", {"name": "Kapad"}),
    ):
        answer = city.ask("dani", "PUT", path, body, If_Match='"1"')
        assert (answer.status_code, answer.json["type"]) == (404, "urn:lotsa:problem:listing-not-yours")


def test_rules_are_for_staff(city: City) -> None:
    """Alva may see why a unit is proposed; nobody may without a token, and a partner may not."""
    rules = city.ask("alva", "GET", "/routing-rules/0180")
    assert rules.json["default_unit_id"] == str(UNIT["advice-stockholm"])
    assert len(rules.json["rules"]) > 20
    assert public(city, "/routing-rules/0180").status_code == 401
    assert city.ask("dani", "GET", "/routing-rules/0180").status_code == 403
    assert city.ask("alva", "GET", "/routing-rules/1480").status_code == 404


def test_ones_own_assignments(city: City) -> None:
    """Bo's system sees Bo's own, and no other's."""
    held = city.ask("bo", "GET", "/assignments").json["assignments"]
    assert [(each["role"], each["unit_id"]) for each in held] == [("adviser", str(UNIT["advice-sodermalm"]))]


def test_the_description_is_valid_openapi(city: City) -> None:
    """OpenAPI 3.1, made from the same lines that open the doors."""
    document = city.client().get("/api/directory/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert "/services/{service_id}" in document["paths"]


def test_an_administrator_ends_an_assignment_and_nobody_else_does(city: City) -> None:
    """It gives nothing any more, and the others are told; what is the region's is not the city's to end."""
    user, given, hanna = UserRef(ISSUER, "leaver"), AssignmentId(uuid4()), city.editor("hanna")
    with city.parts.work_of(hanna) as work:
        grant_assignment(a_grant(user, assignment_id=given), hanna, work)
        work.commit()
    for name, theirs, status in (
        ("dani", given, 403),
        ("hanna", city.actor("alva").assignment_id, 404),
        ("hanna", uuid4(), 404),
        ("hanna", given, 204),
        ("hanna", given, 409),
    ):
        assert city.ask(name, "DELETE", f"/assignments/{theirs}").status_code == status
    assert city.parts.staff.assignments_of(user, datetime.now(UTC)) == []
    assert city.told("assignment.ended.v1")[-1]["assignment_id"] == str(given)
