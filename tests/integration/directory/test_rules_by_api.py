"""An administrator's system reads, tries out and edits the routing rules: what the pages do, under the same version."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.commands.register_organization import register_organization
from services.directory.domain.organization import OrganizationKind
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId, UnitId
from tests.support.builders.directory import a_rules_body, an_organization
from tests.support.cast import ORGANIZATION, UNIT, stable
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import API, City

RULES = "/routing-rules/0180"
PAGES = "/directory/admin/routing"
FARSTA, JARVA, HEALTH_CENTRE = (str(UNIT[slug]) for slug in ("advice-farsta", "advice-jarva", "health-centre-1"))
BROMMA = stable("routing-rule", "district/bromma")
UPPSALA = UUID(int=0x0380)

pytestmark = pytest.mark.usefixtures("rules_as_they_were")


def version(city: City) -> str:
    """The rules' version, as Hanna's system reads it."""
    tag: str = city.ask("hanna", "GET", RULES).headers["ETag"]
    return tag


def edit(city: City, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """An edit by Hanna's system, made from the rules as they are."""
    return city.ask("hanna", method, f"{RULES}{path}", body, **{"If_Match": version(city), **headers})


def add(city: City, body: dict[str, Any], key: str = "", **headers: str) -> Any:
    """A rule added by Hanna's system."""
    return edit(city, "POST", "/rules", body, Idempotency_Key=key or uuid4().hex, **headers)


def ids(city: City) -> list[str]:
    """The rules in order."""
    return [rule["id"] for rule in city.ask("hanna", "GET", RULES).json["rules"]]


def test_a_rule_is_added_told_recorded_shown_and_decides(city: City) -> None:
    """As the last in the order; the event holds all rules; the log says who; pages and the trial run know it."""
    before = city.rules()
    answer = add(city, a_rules_body())
    assert answer.status_code == 201, answer.json
    rule_id = answer.json["id"]
    assert answer.json == {**a_rules_body(), "id": rule_id, "bands_cut": []}
    assert answer.headers["Location"] == f"{API}{RULES}/rules/{rule_id}"
    after = city.rules()
    assert (after.version, after.rules[:-1]) == (before.version + 1, before.rules)
    assert (str(after.rules[-1].id), answer.headers["ETag"]) == (rule_id, f'"{after.version}"')
    read = city.ask("alva", "GET", f"{RULES}/rules/{rule_id}")
    assert (read.json, read.headers["ETag"]) == (answer.json, answer.headers["ETag"])
    told = city.told("routing-rules.changed.v1")[-1]
    assert (told["version"], json.loads(told["rules"])[-1]["rule_id"]) == (after.version, rule_id)
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["record_kind"], record["subjects"]) == ("change", "routing-rules", [rule_id])
    assert (record["subject"], record["rule"]) == ("hanna", "own-municipality")
    hanna = city.signed_in("hanna")
    assert f'id="rule-{rule_id}"' in hanna.get(f"{PAGES}/rules").text
    tried = city.ask("hanna", "GET", f"{RULES}/proposal?area=0180-sodermalm&target_group=mental-illness&carer_age=70")
    assert (tried.status_code, tried.headers["ETag"]) == (200, answer.headers["ETag"])
    assert tried.json == {
        "unit_id": FARSTA,
        "stand_in_unit_id": JARVA,
        "reason_sv": a_rules_body()["reason_sv"],
        "rule_id": rule_id,
        "age_decides": False,
    }


def test_a_rule_is_changed_where_it_stands_moved_and_removed(city: City) -> None:
    """Each edit from the version that the one before it answered; each told and recorded; pages show the outcome."""
    order = ids(city)
    place, told, recorded = order.index(str(BROMMA)), "routing-rules.changed.v1", "access.recorded.v1"
    counts = len(city.told(told)), len(city.told(recorded))
    plain = {"area": "0180-bromma", "unit_id": FARSTA, "valid_from": "2026-01-01", "reason_sv": "Farsta tills vidare."}
    changed = edit(city, "PUT", f"/rules/{BROMMA}", plain)
    assert changed.status_code == 200, changed.json
    nothing = {"target_groups": [], "age_of": "any"}
    nothing |= dict.fromkeys(("age_from", "age_to", "stand_in_unit_id", "valid_to"))
    assert changed.json == {**plain, **nothing, "id": str(BROMMA), "bands_cut": []}
    step = {"to": "earlier"}
    moved = city.ask("hanna", "POST", f"{RULES}/rules/{BROMMA}/move", step, If_Match=changed.headers["ETag"])
    assert moved.status_code == 200, moved.json
    assert [rule["id"] for rule in moved.json["rules"]].index(str(BROMMA)) == place - 1
    back = city.ask("hanna", "POST", f"{RULES}/rules/{BROMMA}/move", {"to": "later"}, If_Match=moved.headers["ETag"])
    assert [rule["id"] for rule in back.json["rules"]] == order == ids(city)
    hanna = city.signed_in("hanna")
    assert "Farsta tills vidare." in hanna.get(f"{PAGES}/rules/{BROMMA}").text
    removed = city.ask("hanna", "DELETE", f"{RULES}/rules/{BROMMA}", If_Match=back.headers["ETag"])
    assert (removed.status_code, removed.data) == (204, b"")
    assert removed.headers["ETag"] == version(city)
    assert ids(city) == [each for each in order if each != str(BROMMA)]
    assert hanna.get(f"{PAGES}/rules/{BROMMA}").status_code == 404
    assert len(city.told(told)) == counts[0] + 4
    records = city.told(recorded)[counts[1] :]
    assert [(each["action"], each["subjects"]) for each in records] == [("change", [str(BROMMA)])] * 4


def test_at_either_end_a_rule_stays_where_it_is(city: City) -> None:
    """The first cannot come earlier."""
    order = ids(city)
    assert edit(city, "POST", f"/rules/{order[0]}/move", {"to": "earlier"}).status_code == 200
    assert ids(city) == order


def test_the_default_unit_is_chosen_among_those_that_receive(city: City) -> None:
    """Another is chosen, told, recorded and shown; one that does not receive, or is nobody, is no alternative."""
    chosen = edit(city, "PUT", "/default-unit", {"default_unit_id": JARVA})
    assert (chosen.status_code, chosen.json["default_unit_id"]) == (200, JARVA)
    assert city.told("routing-rules.changed.v1")[-1]["default_unit_id"] == JARVA
    assert city.told("access.recorded.v1")[-1]["subjects"] == [JARVA]
    for wrong in (HEALTH_CENTRE, str(uuid4())):
        refused = edit(city, "PUT", "/default-unit", {"default_unit_id": wrong})
        assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:invalid")
        assert refused.json["errors"] == [{"pointer": "#/default_unit_id", "detail": "Välj ett av alternativen."}]
    assert str(city.rules().default_unit_id) == JARVA
    assert f'value="{JARVA}" selected' in city.signed_in("hanna").get(f"{PAGES}/default").text


@pytest.mark.parametrize(
    ("wrong", "slug", "pointer", "said"),
    [
        ({"reason_sv": " "}, "invalid", "#/reason_sv", "Det här behöver fyllas i."),
        ({"reason_sv": "–"}, "invalid", "#/reason_sv", "Skriv det här med bokstäver eller siffror."),
        ({"reason_sv": "x" * 501}, "invalid", "#/reason_sv", "Skriv högst 500 tecken."),
        ({"area": "1480"}, "invalid", "#/area", "Välj ett av alternativen."),
        ({"area": "0180-nowhere"}, "invalid", "#/area", "Välj ett av alternativen."),
        ({"unit_id": HEALTH_CENTRE}, "invalid", "#/unit_id", "Välj ett av alternativen."),
        ({"unit_id": str(uuid4())}, "invalid", "#/unit_id", "Välj ett av alternativen."),
        ({"unit_id": None}, "invalid", "#/unit_id", "Det här behöver fyllas i."),
        ({"stand_in_unit_id": HEALTH_CENTRE}, "unit-cannot-receive", "#/stand_in_unit_id", ""),
        ({"stand_in_unit_id": str(uuid4())}, "unit-cannot-receive", "#/stand_in_unit_id", ""),
        ({"stand_in_unit_id": FARSTA}, "stand-in-is-itself", "#/stand_in_unit_id", ""),
        ({"target_groups": ["nobody"]}, "term-unknown", "#/target_groups", "Ett av valen finns inte i listan."),
        ({"age_of": "any"}, "invalid", "#/age_of", "Ange vems ålder det är"),
        ({"age_from": None}, "invalid", "#/age_from", "Ange minst en av de två åldrarna."),
        ({"age_from": 80, "age_to": 70}, "ages-turned-around", "#/age_to", ""),
        ({"age_from": "65"}, "invalid", "#/age_from", "Skriv det här som ett tal."),
        ({"age_to": 131}, "invalid", "#/age_to", ""),
        ({"valid_to": "2026-01-01"}, "period-ends-before-it-begins", "#/valid_to", "Perioden slutar innan den börjar."),
        ({"valid_from": "1999-01-01"}, "invalid", "#/valid_from", ""),
        ({"valid_from": None}, "invalid", "#/valid_from", "Det här behöver fyllas i."),
        ({"id": str(uuid4())}, "invalid", "#/id", "Fältet hör inte till formuläret."),
        ({"last_day": "2027-12-31"}, "invalid", "#/last_day", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_at_its_field(
    city: City, wrong: dict[str, Any], slug: str, pointer: str, said: str
) -> None:
    """Adding and changing alike: 422 with the field named and a Swedish sentence; the rules are as they were."""
    before = city.rules()
    for refused in (add(city, a_rules_body(**wrong)), edit(city, "PUT", f"/rules/{BROMMA}", a_rules_body(**wrong))):
        assert (refused.status_code, refused.json["type"]) == (422, f"urn:lotsa:problem:{slug}"), refused.json
        assert refused.mimetype == "application/problem+json"
        errors = {each["pointer"]: each["detail"] for each in refused.json["errors"]}
        assert said in errors[pointer]
    assert city.rules() == before


def test_a_closed_unit_may_stay_and_not_be_chosen(city: City) -> None:
    """Whoever edits the rule's sentence leaves its unit as it was; a new rule cannot name it."""
    bromma = str(UNIT["advice-bromma"])
    with city.closed(UnitId(UNIT["advice-bromma"])):
        kept = a_rules_body(area="0180-bromma", unit_id=bromma, reason_sv="Öppnar igen i maj.")
        assert edit(city, "PUT", f"/rules/{BROMMA}", kept).status_code == 200
        refused = add(city, a_rules_body(unit_id=bromma))
        assert [each["pointer"] for each in refused.json["errors"]] == ["#/unit_id"]
        tried = city.ask("hanna", "GET", f"{RULES}/proposal?area=0180-bromma&target_group=mental-illness&carer_age=70")
        assert tried.json["unit_id"] != bromma


def every_edit(rule_id: object = BROMMA) -> list[tuple[str, str, Any]]:
    """Each door that edits rules, with a body that is right."""
    return [
        ("POST", "/rules", a_rules_body()),
        ("PUT", f"/rules/{rule_id}", a_rules_body()),
        ("POST", f"/rules/{rule_id}/move", {"to": "later"}),
        ("DELETE", f"/rules/{rule_id}", None),
        ("PUT", "/default-unit", {"default_unit_id": JARVA}),
    ]


def test_every_edit_says_which_version_it_was_made_from(city: City) -> None:
    """Without: 428. From one that is past, or to come: 412. Nothing is changed, told or recorded."""
    current = int(version(city).strip('"'))
    before, counts = city.rules(), (len(city.told("routing-rules.changed.v1")), len(city.told("access.recorded.v1")))
    for method, path, body in every_edit():
        assert city.ask("hanna", method, f"{RULES}{path}", body).status_code == 428
        for other in (current - 1, current + 1):
            refused = city.ask("hanna", method, f"{RULES}{path}", body, If_Match=f'"{other}"')
            assert (refused.status_code, refused.json["type"]) == (412, "urn:lotsa:problem:version-has-moved")
    assert city.rules() == before
    assert (len(city.told("routing-rules.changed.v1")), len(city.told("access.recorded.v1"))) == counts


def test_of_two_at_once_one_is_told(city: City) -> None:
    """Both made from the same version, sent at the same moment: one is there afterwards, the other was answered 412."""
    tag, count = version(city), len(city.rules().rules)

    def send(reason: str) -> int:
        status: int = add(city, a_rules_body(reason_sv=reason), If_Match=tag).status_code
        return status

    reasons = ["Så skrev den ena.", "Så skrev den andra."]
    with ThreadPoolExecutor(2) as together:
        answers = dict(zip(reasons, together.map(send, reasons), strict=True))
    assert sorted(answers.values()) == [201, 412]
    assert len(city.rules().rules) == count + 1
    assert answers[city.rules().rules[-1].reason_sv] == 201


def test_the_page_is_told_when_a_system_was_first(city: City) -> None:
    """One version for both doors: what Hanna had open is not saved over what her system wrote."""
    hanna, tag = city.signed_in("hanna"), version(city)
    edit(city, "POST", f"/rules/{BROMMA}/move", {"to": "earlier"})
    page = city.send(hanna, f"{PAGES}/default", default_unit_id=JARVA, version=tag.strip('"'))
    assert "Det sparades ändringar medan du skrev" in page.text
    assert str(city.rules().default_unit_id) != JARVA


def test_one_key_adds_one_rule(city: City) -> None:
    """Asked again, also after the version has moved: the same rule. Another body under the key is refused."""
    key, tag = uuid4().hex, version(city)
    first = add(city, a_rules_body(), key, If_Match=tag)
    count, told = len(city.rules().rules), len(city.told("routing-rules.changed.v1"))
    again = add(city, a_rules_body(), key, If_Match=tag)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert (len(city.rules().rules), len(city.told("routing-rules.changed.v1"))) == (count, told)
    other = add(city, a_rules_body(age_from=70), key)
    assert (other.status_code, other.json["type"]) == (422, "urn:lotsa:problem:idempotency-key-reused")


def test_an_unknown_rule_is_not_there(city: City) -> None:
    """404 to read, change, move and remove."""
    unknown = uuid4()
    assert city.ask("hanna", "GET", f"{RULES}/rules/{unknown}").status_code == 404
    for method, path, body in every_edit(unknown)[1:4]:
        refused = edit(city, method, path, body)
        assert (refused.status_code, refused.json["type"]) == (404, "urn:lotsa:problem:rules-not-yours")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "#/area"),
        ("area=1480", "#/area"),
        ("area=0180-nowhere", "#/area"),
        ("area=0180&target_group=mental-illness&target_group=nobody", "#/target_group"),
        ("area=0180&carer_age=121", "#/carer_age"),
        ("area=0180&carer_age=70&carer_age_band=under-18", "#/carer_age"),
        ("area=0180&carer_age_band=65", "#/carer_age_band"),
        ("area=0180&person_cared_for_age=-1", "#/person_cared_for_age"),
        ("area=0180&name=somebody", "#/name"),
    ],
)
def test_a_situation_that_is_none_is_refused(city: City, query: str, pointer: str) -> None:
    """With the parameter named; nobody's name is taken."""
    refused = city.ask("hanna", "GET", f"{RULES}/proposal?{query}")
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json["errors"]] == [pointer]


def test_a_system_is_told_which_bands_a_rule_cuts_and_when_the_age_decides(city: City) -> None:
    """67 and over takes some of those who say 65 to 79: of whom only that is known, it takes nobody."""
    rule = add(city, {**a_rules_body(), "age_from": 67}).json
    assert rule["bands_cut"] == ["65-79"]
    asked = f"{RULES}/proposal?area=0180-sodermalm&target_group=mental-illness"
    tried = {
        told: city.ask("hanna", "GET", f"{asked}&{told}").json
        for told in ("carer_age_band=65-79", "carer_age_band=80-or-over", "carer_age_band=45-64", "carer_age=67")
    }
    assert {told: answer["rule_id"] == rule["id"] for told, answer in tried.items()} == {
        "carer_age_band=65-79": False,
        "carer_age_band=80-or-over": True,
        "carer_age_band=45-64": False,
        "carer_age=67": True,
    }
    assert {told for told, answer in tried.items() if answer["age_decides"]} == {"carer_age_band=65-79"}


def test_no_rule_fits_then_the_default_unit_receives(city: City) -> None:
    """Never a dead end, and said so; the page that tries the rules out says the same."""
    for rule_id in ids(city):
        edit(city, "DELETE", f"/rules/{rule_id}")
    tried = city.ask("hanna", "GET", f"{RULES}/proposal?area=0180-farsta").json
    assert (tried["unit_id"], tried["rule_id"]) == (str(UNIT["advice-stockholm"]), None)
    assert tried["reason_sv"] in city.signed_in("hanna").get(f"{PAGES}?area=0180-farsta").text


@pytest.mark.parametrize("name", ["alva", "bo", "dani", "ester"])
def test_no_other_roles_system_edits_or_tries_rules(city: City, name: str) -> None:
    """403 at each of the doors, and each is recorded; without a token 401."""
    tag, before, count = version(city), city.rules(), len(city.told("access.recorded.v1"))
    asked = [*every_edit(), ("GET", "/proposal?area=0180", None)]
    for method, path, body in asked:
        refused = city.ask(name, method, f"{RULES}{path}", body, If_Match=tag)
        assert (refused.status_code, refused.json["type"]) == (403, "urn:lotsa:problem:role-not-allowed")
        assert city.client().open(f"{API}{RULES}{path}", method=method, json=body).status_code == 401
    records = city.told("access.recorded.v1")[count:]
    assert [(each["subject"], each["outcome"]) for each in records] == [(name, "refused")] * len(asked)
    assert {each["record_kind"] for each in records} == {"routing-rules"}
    assert city.rules() == before


def test_another_authoritys_system_finds_no_rules(city: City) -> None:
    """The region's administrator, and another municipality's for Stockholm: 404 everywhere, and each is recorded."""
    region = city.administrator_of(ORGANIZATION["region-stockholm"], "0180")
    tag, before = version(city), city.rules()
    asked = [*every_edit(), ("GET", "", None), ("GET", f"/rules/{BROMMA}", None), ("GET", "/proposal?area=0180", None)]
    for actor, path in (
        (region, RULES),
        (city.administrator_of(uppsala(city), "0380"), RULES),
        (city.actor("hanna"), "/routing-rules/1480"),
    ):
        for method, door, body in asked:
            refused = city.ask_as(actor, method, f"{path}{door}", body, If_Match=tag)
            assert (refused.status_code, refused.json["type"]) == (404, "urn:lotsa:problem:rules-not-yours")
            attempt = city.told("access.recorded.v1")[-1]
            act = "see" if method == "GET" else "edit"
            assert (attempt["action"], attempt["outcome"]) == (f"attempt.{act}-routing", "refused")
            assert attempt["subject"] == actor.user.subject
    assert city.rules() == before


def test_the_first_choice_makes_the_first_rules(city: City) -> None:
    """Before it there is nothing to read or to add to, and the version is 0; who makes it second is told."""
    theirs, path, key = city.administrator_of(uppsala(city), "0380"), "/routing-rules/0380", uuid4().hex
    body = {
        "name": f"Anhörigcentrum Uppsala {uuid4().hex[:8]}",
        "kind": "receiving",
        "organization_id": str(UPPSALA),
        "area": "0380",
        "function_address": "uppsala@example.se",
        "phone": "08-465 004 60",
    }
    unit_id = city.ask_as(theirs, "POST", "/units", body, Idempotency_Key=key).json["id"]
    assert city.ask_as(theirs, "GET", path).status_code == 404
    rule = a_rules_body(area="0380", unit_id=unit_id, stand_in_unit_id=FARSTA)
    assert city.ask_as(theirs, "POST", f"{path}/rules", rule, If_Match='"0"').status_code == 404
    default = {"default_unit_id": unit_id}
    stockholms = city.ask_as(theirs, "PUT", f"{path}/default-unit", {"default_unit_id": FARSTA}, If_Match='"0"')
    assert [each["pointer"] for each in stockholms.json["errors"]] == ["#/default_unit_id"]
    first = city.ask_as(theirs, "PUT", f"{path}/default-unit", default, If_Match='"0"')
    assert (first.status_code, first.headers["ETag"], first.json["rules"]) == (200, '"1"', [])
    assert city.ask_as(theirs, "PUT", f"{path}/default-unit", default, If_Match='"0"').status_code == 412
    # a stand-in may be another municipality's, a rule's unit may not: neither at once nor in two steps
    added = city.ask_as(theirs, "POST", f"{path}/rules", rule, If_Match='"1"')
    assert (added.status_code, added.json["stand_in_unit_id"]) == (201, FARSTA)
    farther = {**rule, "unit_id": FARSTA, "stand_in_unit_id": None}
    door = f"{path}/rules/{added.json['id']}"
    refused = city.ask_as(theirs, "PUT", door, farther, If_Match='"2"')
    assert [each["pointer"] for each in refused.json["errors"]] == ["#/unit_id"]
    # the database lets it go through too, and nobody else's rules have moved
    assert city.ask_as(theirs, "DELETE", door, If_Match='"2"').headers["ETag"] == '"3"'


def test_an_operators_system_sets_any_municipalitys_rules(city: City) -> None:
    """From wherever it sits: that municipality's own units are the alternatives. What is no municipality has none."""
    operator = city.administrator_of(uppsala(city), "0380", Role.OPERATOR)
    default, tag = {"default_unit_id": JARVA}, version(city)
    chosen = city.ask_as(operator, "PUT", f"{RULES}/default-unit", default, If_Match=tag)
    assert (chosen.status_code, chosen.json["default_unit_id"]) == (200, JARVA)
    assert city.told("access.recorded.v1")[-1]["rule"] == "elsewhere"
    for nowhere in ("9999", "0180-farsta", "%00"):
        refused = city.ask_as(operator, "PUT", f"/routing-rules/{nowhere}/default-unit", default, If_Match='"0"')
        assert refused.status_code == 404, nowhere


def uppsala(city: City) -> UUID:
    """Another municipality, which has set no rules."""
    asked = an_organization(
        organization_id=OrganizationId(UPPSALA),
        name="Uppsala kommun",
        kind=OrganizationKind.MUNICIPALITY,
        municipality_code="0380",
    )
    with city.parts.work_of(OPERATOR) as work:
        if work.organizations.find(asked.organization_id) is None:
            register_organization(asked, OPERATOR, work)
            work.commit()
    return UPPSALA
