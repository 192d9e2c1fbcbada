"""An administrator registers a unit on a page: within their own authority, once, each mistake told at its field."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from services.directory.commands.register_organization import register_organization
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.refusals import UnitIsNotYours
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.identity import OrganizationId, UnitId
from shared.vocabulary.readable_text import received
from tests.support.builders.directory import a_unit, a_units_body, an_organization
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import API, City, token_in

NEW = "/directory/admin/units/new"
CITY, REGION, LYKTAN = (str(ORGANIZATION[slug]) for slug in ("city-stockholm", "region-stockholm", "partner-1"))
GOTHENBURG = UnitId(UUID(int=0x1480))


@pytest.fixture
def hanna(city: City) -> FlaskClient:
    """The administrator's browser."""
    return city.signed_in("hanna")


def a_units_form(**changes: Any) -> dict[str, Any]:
    """A new unit that receives on Södermalm, and for which nobody stands in."""
    return a_units_body(**{"stand_in_unit_id": "", **changes})


@pytest.fixture
def elsewhere(city: City) -> Unit:
    """A unit that receives in another municipality."""
    organization = an_organization(
        organization_id=OrganizationId(GOTHENBURG),
        name="Göteborgs Stad",
        kind=OrganizationKind.MUNICIPALITY,
        municipality_code="1480",
    )
    unit = a_unit(
        id=GOTHENBURG,
        organization_id=GOTHENBURG,
        name="Anhörigstödet i Göteborg",
        area="1480",
        function_address="goteborg@example.se",
        phone="08-465 004 70",
    )
    with city.parts.work_of(OPERATOR) as work:
        if work.units.find(unit.id) is None:
            register_organization(organization, OPERATOR, work)
            register_unit(RegisterUnit(unit=unit), OPERATOR, work)
            work.commit()
    return unit


def units_called(city: City, name: str) -> list[Any]:
    """The units of a name in the database."""
    return list(city.rows("select * from units where name = :name", name=name))


def test_a_unit_is_registered_told_recorded_and_shown(city: City, hanna: FlaskClient) -> None:
    """Every field is kept; the page goes on to the new unit's own; the others are told; the log says who did it."""
    stand_in = str(UNIT["advice-farsta"])
    written = a_units_form(stand_in_unit_id=stand_in, address_withheld="true")
    answer = city.send(hanna, NEW, **written)
    assert answer.status_code == 303
    (row,) = units_called(city, written["name"])
    assert answer.location == f"/directory/admin/units/{row.id}"
    kept = {name: str(getattr(row, name)) for name in written if name != "address_withheld"}
    assert kept == {name: value for name, value in written.items() if name != "address_withheld"}
    assert (row.address_withheld, row.active, row.version) == (True, True, 1)
    page = hanna.get(answer.location).text
    assert "Enheten är registrerad." in page
    assert written["name"] in page
    told = city.told("unit.changed.v1")[-1]
    assert written["function_address"] not in city.client().get("/api/directory/v1/units?limit=100").text
    assert (told["unit_id"], told["name"], told["kind"]) == (str(row.id), written["name"], "receiving")
    record = [each for each in city.told("access.recorded.v1") if each["subjects"] == [str(row.id)]][-1]
    assert (record["action"], record["record_kind"], record["subject"]) == ("change", "unit", "hanna")
    assert (record["outcome"], record["rule"]) == ("allowed", "own-organization")


def test_what_is_said_to_stay_is_what_the_units_page_cannot_change(city: City, hanna: FlaskClient) -> None:
    """The form for a new unit warns of three things and of no others: the unit's own page has no field for them."""
    lead = hanna.get(NEW).text.split("</h1>")[1].split("</p>")[0]
    assert "Vad enheten gör, organisationen och var den arbetar kan inte ändras efteråt." in lead
    assert "Namnet går att ändra." in lead
    page = hanna.get(f"/directory/admin/units/{UNIT['advice-farsta']}").text
    assert 'name="name"' in page
    assert not [each for each in ("kind", "organization_id", "area") if f'name="{each}"' in page]


@pytest.mark.holds("the-telephone-is-shown")
def test_an_address_can_be_withheld_and_shown_again_later(city: City, hanna: FlaskClient) -> None:
    """What was chosen at registration is not for ever: the public sees the address as the unit's page says."""
    address = f"centrum-{uuid4().hex[:8]}@example.se"
    path = city.send(hanna, NEW, **a_units_form(function_address=address)).location
    reached = {"function_address": address, "phone": "08-465 004 60"}

    def public() -> str:
        return city.client().get(f"{API}/units?kind=receiving&limit=100").text

    def shown() -> bool:
        return address in public()

    assert shown()
    assert city.send(hanna, path, **reached, address_withheld="true").status_code == 303
    assert not shown()
    assert re.search(r"46500460", re.sub(r"\D", "", public())), "the telephone number is shown all the same"
    assert 'name="address_withheld" value="true" checked' in hanna.get(path).text
    assert city.send(hanna, path, **reached).status_code == 303
    assert shown()


@pytest.mark.parametrize("kind", ["referring", "audit", "administration", "partner"])
def test_every_kind_of_unit_can_be_registered(city: City, hanna: FlaskClient, kind: str) -> None:
    """Whoever does not receive may do without an address and a telephone."""
    written = a_units_form(kind=kind, function_address="", phone="")
    assert city.send(hanna, NEW, **written).status_code == 303
    (row,) = units_called(city, written["name"])
    assert (row.kind, row.function_address, row.phone) == (kind, None, None)


def test_a_partners_unit_is_the_municipalitys_to_register(city: City, hanna: FlaskClient) -> None:
    """Civil society's organisations in the city are offered, for partners."""
    # other tests have it call itself something else
    [lyktan] = city.rows("select name from organizations where id = :id", id=LYKTAN)
    offered = re.findall(rf'<option[^>]* value="{LYKTAN}"[^>]*>([^<]*)<', hanna.get(NEW).text)
    assert [unescape(each).strip() for each in offered] == [lyktan.name.strip()]
    written = a_units_form(kind="partner", organization_id=LYKTAN, area="0180")
    assert city.send(hanna, NEW, **written).status_code == 303
    assert str(units_called(city, written["name"])[0].organization_id) == LYKTAN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Namn: Det här behöver fyllas i."),
        ({"kind": ""}, "Vad den gör: Välj ett av alternativen."),
        ({"function_address": ""}, "Funktionsadress: En mottagande enhet behöver en funktionsadress"),
        ({"phone": ""}, "Telefon: En mottagande enhet behöver en funktionsadress och ett telefonnummer."),
        ({"function_address": "centrum"}, "Funktionsadress: E-postadressen saknar @."),
        ({"area": "1480"}, "Var den arbetar: Välj ett av alternativen."),
        ({"kind": "referring", "organization_id": LYKTAN}, "Vad den gör: En enhet i en organisation i civilsamhället"),
        ({"kind": "audit", "stand_in_unit_id": str(UNIT["advice-farsta"])}, "Ersättare: Bara en enhet som tar emot"),
        ({"stand_in_unit_id": str(UNIT["health-centre-1"])}, "Ersättare: Enheten tar inte emot lotsningar."),
        ({"name": "anhörigkonsulenterna, HÄGERSTEN-ÄLVSJÖ"}, "Namn: Organisationen har redan en enhet som heter så."),
        ({"name": "Anho\u0308rigkonsulenterna,\u00a0 Farsta\u200b"}, "Namn: Organisationen har redan en enhet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(
    city: City, hanna: FlaskClient, elsewhere: Unit, wrong: dict[str, str], said: str
) -> None:
    """The form comes back with what was written, and no unit has come into being."""
    before = len(city.told("unit.changed.v1"))
    written = a_units_form(**wrong)
    answer = city.send(hanna, NEW, **written)
    assert answer.status_code == 200
    assert said in answer.text
    assert f'value="{written["phone"]}"' in answer.text
    assert f'value="{received(written["name"])}"' in answer.text
    assert len(city.told("unit.changed.v1")) == before


def test_a_closed_unit_of_the_name_is_opened_again_instead(city: City, hanna: FlaskClient) -> None:
    """What it had stays in one place; the sentence says so."""
    with city.closed(UnitId(UNIT["advice-skarpnack"])):
        answer = city.send(hanna, NEW, **a_units_form(name="Anhörigkonsulenterna, Skarpnäck"))
        assert "Organisationen har en stängd enhet som heter så. Öppna den igen" in answer.text
        closed = city.send(hanna, NEW, **a_units_form(stand_in_unit_id=str(UNIT["advice-skarpnack"])))
        assert "Ersättare: Enheten tar inte emot lotsningar." in closed.text


def test_sending_the_form_twice_registers_once(city: City, hanna: FlaskClient) -> None:
    """Whoever presses the button twice comes to the one unit both times."""
    unit_id = str(uuid4())
    written = a_units_form(id=unit_id)
    answers = [city.send(hanna, NEW, **written) for _ in range(2)]
    assert {(each.status_code, each.location) for each in answers} == {(303, f"/directory/admin/units/{unit_id}")}
    assert len(units_called(city, written["name"])) == 1


@pytest.mark.parametrize(
    ("organization_id", "kind"),
    [(REGION, "referring"), (REGION, "receiving"), (str(uuid4()), "receiving")],
    ids=["the region refers", "the region receives", "nobody"],
)
def test_another_authoritys_unit_is_not_hers_to_register(
    city: City, hanna: FlaskClient, organization_id: str, kind: str
) -> None:
    """Whatever her own program sends: answered as for something unknown, and recorded."""
    assert REGION not in hanna.get(NEW).text
    written = a_units_form(organization_id=organization_id, kind=kind)
    assert city.send(hanna, NEW, **written).status_code == 404
    assert units_called(city, written["name"]) == []
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-unit", "refused")
    assert (attempt["record_kind"], attempt["subjects"]) == ("organization", [organization_id])


def test_the_regions_administrator_registers_the_regions_units_and_no_others(city: City) -> None:
    """The rule is the same the other way round: the city's organisation is not there for them."""
    theirs = a_unit(
        UnitKind.ADMINISTRATION, organization_id=UUID(REGION), name=f"Regionens samordning {uuid4().hex[:8]}"
    )
    with city.parts.work_of(OPERATOR) as work:
        register_unit(RegisterUnit(unit=theirs), OPERATOR, work)
        work.commit()
    of_region = city.parts.editor(replace(city.actor("hanna"), unit_id=theirs.id))
    centre = replace(
        theirs, id=UnitId(uuid4()), name=f"Vårdcentralen {uuid4().hex[:8]}", kind=UnitKind.REFERRING, area="0181"
    )
    with city.parts.work_of(of_region) as work:
        assert register_unit(RegisterUnit(unit=centre), of_region, work) == centre
        work.commit()
    with city.parts.work_of(of_region) as work, pytest.raises(UnitIsNotYours):
        register_unit(
            RegisterUnit(unit=replace(centre, id=UnitId(uuid4()), organization_id=UUID(CITY))), of_region, work
        )


def test_a_regions_reviewers_are_told_of_without_an_area(city: City) -> None:
    """By the area audit would open to them what the city's units receive; the city's own reviewers have theirs."""
    areas = {}
    for organization in (REGION, CITY):
        reviewers = a_unit(UnitKind.AUDIT, organization_id=UUID(organization), name=f"Loggkontrollen {uuid4().hex[:8]}")
        with city.parts.work_of(OPERATOR) as work:
            register_unit(RegisterUnit(unit=reviewers), OPERATOR, work)
            work.commit()
        [told] = [each for each in city.told("unit.changed.v1") if each["unit_id"] == str(reviewers.id)]
        areas[organization] = told.get("area")
    assert areas == {REGION: None, CITY: "0180"}


@pytest.mark.parametrize("name", ["alva", "bo", "dani", "ester"])
def test_no_other_role_registers_units(city: City, name: str) -> None:
    """403 to look and to send, and both are recorded."""
    client = city.signed_in(name)
    written = a_units_form(csrf_token=token_in(client.get("/directory/assignment").text), id=str(uuid4()))
    before = len(city.told("access.recorded.v1"))
    assert (client.get(NEW).status_code, client.post(NEW, data=written).status_code) == (403, 403)
    records = city.told("access.recorded.v1")[before:]
    assert [(each["action"], each["subject"], each["rule"]) for each in records] == [
        ("attempt.read", name, "role-not-allowed"),
        ("attempt.change", name, "role-not-allowed"),
    ]
    assert units_called(city, written["name"]) == []


def test_a_stand_in_may_be_another_municipalitys_and_saving_the_page_keeps_it(
    city: City, hanna: FlaskClient, elsewhere: Unit
) -> None:
    """A unit with a single adviser may have nobody nearer; the page shows whom a system has named."""
    path = f"/units/{UNIT['advice-jarva']}"
    seen = city.ask("hanna", "GET", path)
    reached = {name: seen.json[name] for name in ("function_address", "phone", "active")}
    body = {**reached, "stand_in_unit_id": str(elsewhere.id)}
    named = city.ask("hanna", "PUT", path, body, If_Match=seen.headers["ETag"])
    assert (named.status_code, named.json["stand_in_unit_id"]) == (200, str(elsewhere.id))
    page = hanna.get(f"/directory/admin{path}").text
    chosen = re.search(r'<option value="([^"]+)" selected>\s*Anhörigstödet i Göteborg', page)
    assert chosen is not None
    written = {"function_address": reached["function_address"], "phone": "08-465 004 71"}
    saved = city.send(hanna, f"/directory/admin{path}", **written, stand_in_unit_id=chosen[1])
    assert saved.status_code == 303
    assert city.ask("hanna", "GET", path).json["stand_in_unit_id"] == str(elsewhere.id)
    now = city.ask("hanna", "GET", path)
    back = {**reached, "stand_in_unit_id": seen.json["stand_in_unit_id"]}
    assert city.ask("hanna", "PUT", path, back, If_Match=now.headers["ETag"]).status_code == 200


def test_nobody_stands_in_who_receives_nothing(city: City) -> None:
    """422 by API with the field named; the unit is as it was."""
    path = f"/units/{UNIT['advice-jarva']}"
    seen = city.ask("hanna", "GET", path)
    reached = {name: seen.json[name] for name in ("function_address", "phone", "active")}
    body = {**reached, "stand_in_unit_id": str(UNIT["health-centre-1"])}
    refused = city.ask("hanna", "PUT", path, body, If_Match=seen.headers["ETag"])
    assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:unit-cannot-receive")
    assert [each["pointer"] for each in refused.json["errors"]] == ["#/stand_in_unit_id"]
    assert city.ask("hanna", "GET", path).json == seen.json
