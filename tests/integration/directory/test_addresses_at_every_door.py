"""No door of the directory takes an e-mail address that no letter can be written to, nor half a postal code."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import text

from shared.vocabulary.email_address import NotAnEmailAddress, parse_email
from shared.web.fields import POSTAL_CODE_LIMIT
from tests.integration.directory.test_registering_a_unit import NEW, a_units_form
from tests.support.addresses import REFUSED, TAKEN
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.directory_city import City
from tools.translations import SHARED, catalogue_of

PATH = f"/units/{UNIT['advice-bromma']}"
PAGE = f"/directory/admin{PATH}"
SAID = "Det som står efter @ är inget domännamn."
NO_CODE = "Ett postnummer har fem siffror, till exempel 118 20."
PHONE = "08-465 004 10"


def why(address: str) -> set[str]:
    """What is said of an address, in Swedish: the vocabulary's sentence of its kind."""
    with pytest.raises(NotAnEmailAddress) as refused:
        parse_email(address)
    with catalogue_of(SHARED).open("rb") as source:
        return {str(read_po(source)[refused.value.title].string)}


@pytest.fixture(autouse=True)
def bromma_as_it_was(city: City) -> Iterator[None]:
    """The unit keeps its address, whatever a test writes over it."""
    [(before,)] = city.rows("select function_address from units where id = :id", id=UNIT["advice-bromma"])
    yield
    _write(city, before)


def _write(city: City, address: str) -> None:
    with city.parts.work_of(city.editor("hanna")) as work:
        statement = text("update units set function_address = :address where id = :id")
        work.connection.execute(statement, {"address": address, "id": UNIT["advice-bromma"]})
        work.commit()


def by_api(city: City, address: str) -> Any:
    """Hanna's system gives Bromma's unit an address."""
    body = {"function_address": address, "phone": PHONE, "stand_in_unit_id": None, "active": True}
    return city.ask("hanna", "PUT", PATH, body, If_Match=city.ask("hanna", "GET", PATH).headers["ETag"])


@pytest.mark.parametrize("address", TAKEN)
def test_the_api_takes_what_can_be_written_to(city: City, address: str) -> None:
    """In its one form: domains in small letters."""
    answer = by_api(city, address)
    assert (answer.status_code, answer.json["function_address"]) == (200, parse_email(address))


@pytest.mark.parametrize("address", REFUSED)
def test_the_api_refuses_the_rest_at_its_field(city: City, address: str) -> None:
    """In the same words, whether its shape or something finer is wrong; and tells nobody of it."""
    before = len(city.told("unit.changed.v1"))
    answer = by_api(city, address)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == ["#/function_address"]
    assert answer.json["errors"][0]["detail"] in why(address)
    assert len(city.told("unit.changed.v1")) == before


@pytest.mark.parametrize("address", TAKEN)
def test_the_pages_take_what_can_be_written_to(city: City, address: str) -> None:
    """A unit's own, and that for a new one."""
    hanna = city.signed_in("hanna")
    assert city.send(hanna, PAGE, function_address=address, phone=PHONE).status_code == 303
    assert city.send(hanna, NEW, **a_units_form(function_address=address)).status_code == 303


@pytest.mark.parametrize("address", REFUSED)
def test_the_pages_refuse_the_rest_at_its_field(city: City, address: str) -> None:
    """Nothing has changed, and nothing new has come into being."""
    before = len(city.told("unit.changed.v1"))
    hanna = city.signed_in("hanna")
    changing = city.send(hanna, PAGE, function_address=address, phone=PHONE)
    registering = city.send(hanna, NEW, **a_units_form(function_address=address))
    for answer in (changing, registering):
        assert answer.status_code == 200
        assert any(f"Funktionsadress: {said}" in unescape(answer.text) for said in why(address))
    assert len(city.told("unit.changed.v1")) == before


def test_an_address_from_before_the_rule_can_be_seen_and_mended(city: City) -> None:
    """It shuts nobody out of the unit; whoever saves the form is told of it, and another one is taken."""
    _write(city, "anhorig@[stad.se")
    assert city.client().get("/api/directory/v1/units?kind=receiving&limit=100").status_code == 200
    assert city.ask("hanna", "GET", PATH).json["function_address"] == "anhorig@[stad.se"
    hanna = city.signed_in("hanna")
    assert "anhorig@[stad.se" in hanna.get(PAGE).text
    assert SAID in city.send(hanna, PAGE, function_address="anhorig@[stad.se", phone=PHONE).text
    assert city.send(hanna, PAGE, function_address="anhorig@example.se", phone=PHONE).status_code == 303


@pytest.mark.parametrize("address", ["x@[b.se", "a@-b.se", "a@xn--zzzz.se"])
def test_a_partners_address_is_held_to_the_same_rule(city: City, address: str) -> None:
    """The organisation's own and a support service's, by API and page."""
    path = f"/organizations/{ORGANIZATION['partner-1']}"
    version = city.client().get(f"/api/directory/v1{path}").headers["ETag"]
    listing = {"name": "Café", "summary": "Fika.", "email": address}
    answers = [
        city.ask("dani", "PUT", path, {"name": "Lyktan", "email": address}, If_Match=version),
        city.ask("dani", "POST", "/services", listing, Idempotency_Key=str(uuid4())),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    dani = city.signed_in("dani")
    answers += [
        city.send(dani, "/directory/mine/organization", name="Lyktan", email=address),
        city.send(dani, "/directory/mine/services/new", **listing, attend="drop-in", languages="sv"),
    ]
    assert all(SAID in answer.text for answer in answers)


def test_a_mistaken_address_is_told_with_all_else_that_is_wrong(city: City) -> None:
    """On every form that has one, in the first round."""
    mine, wrong = "/directory/mine", "anhorig@[stad.se"
    dani, hanna = city.signed_in("dani"), city.signed_in("hanna")
    service = {"name": "", "summary": "Fika.", "attend": "drop-in", "languages": "sv", "url": "en stad", "email": wrong}
    for answer, others in (
        (city.send(dani, f"{mine}/services/new", **service), 2),
        (city.send(dani, f"{mine}/organization", name="", website="en stad", email=wrong), 2),
        (city.send(hanna, PAGE, function_address=wrong, phone="0" * 41), 1),
        (city.send(hanna, NEW, **a_units_form(function_address=wrong, name="", phone="0" * 41)), 2),
    ):
        assert SAID in answer.text
        summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
        assert summary.count("<li") == 1 + others


@pytest.mark.parametrize("code", ["1180", "118 2O", "118 20 Stockholm"])
def test_a_postal_code_that_is_none_is_refused_at_its_field(city: City, code: str) -> None:
    """By page and API, with the other mistakes; nothing has come into being."""
    before = len(city.told("service.saved.v1"))
    place = {"name": "Kafé Lyktan", "address": "Ringvägen 1", "postal_code": code, "city": "Stockholm"}
    listing = {"name": "Café", "summary": "Fika."}
    answer = city.ask("dani", "POST", "/services", {**listing, "location": place}, Idempotency_Key=str(uuid4()))
    assert answer.status_code == 422
    told = {each["pointer"]: each["detail"] for each in answer.json["errors"]}
    if len(code) <= POSTAL_CODE_LIMIT:
        assert told == {"#/location/postal_code": NO_CODE}
    fields = {f"place_{name}": said for name, said in place.items()}
    page = city.send(city.signed_in("dani"), "/directory/mine/services/new", **listing, **fields, attend="drop-in")
    assert f"Postnummer: {NO_CODE}" in unescape(page.text) or len(code) > POSTAL_CODE_LIMIT
    assert 'id="error-summary"' in page.text
    assert len(city.told("service.saved.v1")) == before


def test_a_postal_code_is_written_one_way(city: City) -> None:
    """Whoever types it without its space reads it with it."""
    place = {"name": "Kafé Lyktan", "postal_code": "SE-11820"}
    listing = {"name": "Café", "summary": "Fika.", "location": place}
    answer = city.ask("dani", "POST", "/services", listing, Idempotency_Key=str(uuid4()))
    assert (answer.status_code, answer.json["location"]["postal_code"]) == (201, "118 20")
