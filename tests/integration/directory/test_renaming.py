"""A unit's misspelt name is put right, and what it was called before is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.cast import UNIT
from tests.support.directory_city import City
from tests.support.page_forms import form_of, shown_again

BROMMA = UNIT["advice-bromma"]
PAGE = f"/directory/admin/units/{BROMMA}"
PATH = f"/units/{BROMMA}"


def called(city: City) -> tuple[str, str]:
    """Its name in the directory, and in the directory's own copy of what all services hear."""
    [own] = city.rows("select name from units where id = :id", id=BROMMA)
    [copy] = city.rows("select name from known_units where unit_id = :id", id=BROMMA)
    return own.name, copy.name


@pytest.fixture
def name(city: City) -> Iterator[str]:
    """What it is called, and is called again afterwards."""
    before = called(city)[0]
    yield before
    rename(city, before)


def rename(city: City, name: str) -> None:
    """Have Hanna's system call it so."""
    seen = city.ask("hanna", "GET", PATH)
    body = {each: seen.json[each] for each in ("function_address", "phone", "stand_in_unit_id", "active")}
    answer = city.ask("hanna", "PUT", PATH, {**body, "name": name}, If_Match=seen.headers["ETag"])
    assert (answer.status_code, answer.json["name"]) == (200, name), answer.json


@pytest.mark.holds("former-names-of-units-are-kept")
def test_a_unit_is_renamed_by_page_with_its_history(city: City, name: str) -> None:
    """Told to the others, recorded, and the page and the API say what it was called, and until when."""
    hanna = city.signed_in("hanna")
    form = form_of(hanna.get(PAGE).text, PAGE)
    assert form.fields["name"] == name
    new = f"Anhörigstöd Bromma {uuid4().hex[:6]}"
    assert hanna.post(PAGE, data=form.typed(name=new)).status_code == 303
    assert called(city) == (new, new)
    assert city.told("unit.changed.v1")[-1]["name"] == new
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["record_kind"], record["subject"]) == ("change", "unit", "hanna")
    assert f"Hette {name} till" in hanna.get(PAGE).text
    seen = city.ask("hanna", "GET", PATH).json
    assert seen["former_names"][0]["name"] == name
    other = {"name", "former_names", "leading_here"}
    before = {"address_withheld", "area", "function_address", "phone", "stand_in_unit_id", "active", "kind", "id"}
    assert set(seen) == other | before | {"organization_id"}


def test_a_unit_is_renamed_by_api_with_its_history(city: City, name: str) -> None:
    """Twice: both former names are there, the latest first. A change without a name renames nothing."""
    first, second = (f"Anhörigstöd Bromma {uuid4().hex[:6]}" for _ in range(2))
    rename(city, first)
    rename(city, second)
    seen = city.ask("hanna", "GET", PATH)
    assert [each["name"] for each in seen.json["former_names"][:2]] == [first, name]
    body = {each: seen.json[each] for each in ("function_address", "phone", "stand_in_unit_id", "active")}
    changed = city.ask("hanna", "PUT", PATH, body, If_Match=seen.headers["ETag"])
    assert (changed.json["name"], changed.json["former_names"]) == (second, seen.json["former_names"])


@pytest.mark.usefixtures("name")
def test_a_name_that_another_unit_has_is_refused_by_both_doors(city: City) -> None:
    """However it is spelt; one's own name in other letters is no other's."""
    hanna = city.signed_in("hanna")
    [farsta] = city.rows("select name from units where id = :id", id=UNIT["advice-farsta"])
    for taken in (farsta.name, farsta.name.upper()):
        page = form_of(hanna.get(PAGE).text, PAGE)
        told = shown_again(hanna, hanna.post(PAGE, data=page.typed(name=taken)))
        assert told.status_code == 200
        assert "har redan en enhet som heter så" in told.text
        assert form_of(told.text, PAGE).fields["name"] == taken
        seen = city.ask("hanna", "GET", PATH)
        body = {each: seen.json[each] for each in ("function_address", "phone", "stand_in_unit_id", "active")}
        answer = city.ask("hanna", "PUT", PATH, {**body, "name": taken}, If_Match=seen.headers["ETag"])
        assert answer.status_code == 409
        assert answer.json["type"].endswith("name-taken")
    rename(city, called(city)[0].upper())


@pytest.mark.usefixtures("name")
def test_a_unit_without_a_name_is_told_by_its_field(city: City) -> None:
    """Nothing is renamed to nothing."""
    hanna = city.signed_in("hanna")
    page = form_of(hanna.get(PAGE).text, PAGE)
    told = shown_again(hanna, hanna.post(PAGE, data=page.typed(name="  "))).text
    assert 'href="#f-name"' in told or 'href="#name"' in told


def test_a_unit_is_found_by_what_it_was_called(city: City, name: str) -> None:
    """In each list that has it, with its former name beside it; found by its own name, nothing is said of others."""
    once, later = f"Anhörighuset {uuid4().hex[:6]}", f"Anhörigstöd {uuid4().hex[:6]}"
    for each in (once, later):
        rename(city, each)
    hanna = city.signed_in("hanna")
    for sought in (once, once.upper(), once[3:]):
        shown = hanna.get("/directory/admin", query_string={"q": sought}).text
        assert f"hette {once}" in shown
        assert later in shown
    assert f"hette {once}" not in hanna.get("/directory/admin", query_string={"q": later}).text
    assert "hette" not in hanna.get("/directory/admin").text
    nothing = hanna.get("/directory/admin", query_string={"q": f"{once} och mer"}).text
    assert "hette" not in nothing
