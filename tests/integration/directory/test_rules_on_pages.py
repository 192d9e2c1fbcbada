"""An administrator edits the routing rules on pages: each change through the command, none of them over another's."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from services.directory.domain.routing import RoutingRules
from shared.kernel.identity import UnitId
from tests.support.builders.directory import a_rules_form
from tests.support.cast import ORGANIZATION, UNIT, stable
from tests.support.directory_city import City, token_in
from tests.support.page_forms import shown_again
from tests.support.sessions import sign_in_as

ROUTING = "/directory/admin/routing"
RULES = f"{ROUTING}/rules"
FARSTA, JARVA = str(UNIT["advice-farsta"]), str(UNIT["advice-jarva"])
BROMMA = stable("routing-rule", "district/bromma")
STOCKHOLM = "0180"

pytestmark = pytest.mark.usefixtures("rules_as_they_were")


@pytest.fixture
def hanna(city: City) -> FlaskClient:
    """The administrator's browser."""
    return city.signed_in("hanna")


def rules(city: City) -> RoutingRules:
    """Stockholm's rules as they are."""
    return city.rules()


def test_a_rule_is_added_told_recorded_and_decides(city: City, hanna: FlaskClient) -> None:
    """As the last in the order; the event holds all rules; the log says who; the trial run names it."""
    before = rules(city)
    answer = city.send(hanna, f"{RULES}/new", **a_rules_form())
    assert answer.status_code == 303, answer.text
    after = rules(city)
    assert (after.version, after.rules[:-1]) == (before.version + 1, before.rules)
    new = after.rules[-1]
    assert answer.location == f"{RULES}?saved={new.id}#rule-{new.id}"
    assert (str(new.unit_id), str(new.stand_in_unit_id), new.area) == (FARSTA, JARVA, "0180-sodermalm")
    assert (new.age_of, new.age_from, new.age_to) == ("carer", 65, None)
    assert (str(new.valid_from), str(new.valid_to)) == ("2026-01-01", "2028-01-01")
    told = city.told("routing-rules.changed.v1")[-1]
    assert (told["version"], json.loads(told["rules"])[-1]["rule_id"]) == (after.version, str(new.id))
    record = city.told("access.recorded.v1")[-1]
    assert (record["action"], record["record_kind"], record["subject"]) == ("change", "routing-rules", "hanna")
    assert (record["rule"], record["subjects"]) == ("own-municipality", [str(new.id)])
    page = hanna.get(f"{ROUTING}?area=0180-sodermalm&group=mental-illness&carer_age=70").text
    assert f'lang="sv">{new.reason_sv}<' in page
    assert f"Regel {len(after.rules)} avgjorde" in page


def test_a_rule_that_cuts_an_age_group_says_so(city: City, hanna: FlaskClient) -> None:
    """When it is saved, where it stands in the list, and where it is tried out; one that cuts none says nothing."""
    said = "Delar en åldersgrupp: 65–79 år. När bara den är känd avgör inte regeln."
    city.send(hanna, f"{RULES}/new", **a_rules_form())
    assert said not in hanna.get(RULES).text
    answer = city.send(hanna, f"{RULES}/new", **a_rules_form(age_from="67"))
    shown = hanna.get(answer.location).text
    assert shown.count(said) == 2, "once as the answer to saving, once beside the rule"
    assert hanna.get(RULES).text.count(said) == 1
    asked = f"{ROUTING}?area=0180-farsta&group=mental-illness&carer_age_band=65-79"
    assert "en säkrare ålder" not in hanna.get(asked).text
    asked = f"{ROUTING}?area=0180-sodermalm&carer_age_band=65-79&group=mental-illness"
    assert "en säkrare ålder" not in hanna.get(asked).text, "the first of the two takes whoever is 65 to 79"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("carer_age=hej", "Skriv det här som ett tal."),
        ("carer_age=121", "Ange ett tal från 0 till 120."),
        ("person_age=-1", "Ange ett tal från 0 till 120."),
        ("carer_age=70&carer_age_band=under-18", "Åldern och åldersgruppen stämmer inte med varandra."),
    ],
)
def test_an_age_that_is_none_is_told_and_not_left_out(hanna: FlaskClient, asked: str, said: str) -> None:
    """The rules are not tried out for somebody else than was meant."""
    page = hanna.get(f"{ROUTING}?area=0180-farsta&{asked}").text
    assert said in page
    assert 'role="status"' not in page


def test_a_rule_is_changed_where_it_stands(city: City, hanna: FlaskClient) -> None:
    """It keeps its place and its id; the form shows what is saved."""
    place = [rule.id for rule in rules(city).rules].index(BROMMA)
    form = hanna.get(f"{RULES}/{BROMMA}").text
    assert "Anhöriga i stadsdelsområdet Bromma får stöd av anhörigkonsulenterna där." in form
    changed = a_rules_form(area="0180-bromma", target_groups=[], age_of="any", age_from="", last_day="")
    assert city.send(hanna, f"{RULES}/{BROMMA}", **changed).status_code == 303
    rule = rules(city).rules[place]
    assert (rule.id, str(rule.unit_id), rule.target_groups, rule.valid_to) == (BROMMA, FARSTA, frozenset(), None)


def test_a_rule_is_moved_and_removed(city: City, hanna: FlaskClient) -> None:
    """One step at a time, each a version of its own; removing asks first."""
    ids = [rule.id for rule in rules(city).rules]
    first, second = ids[:2]
    city.send(hanna, RULES, onto=f"{RULES}/{first}/move", to="later")
    assert [rule.id for rule in rules(city).rules][:2] == [second, first]
    city.send(hanna, RULES, onto=f"{RULES}/{first}/move", to="earlier")
    assert [rule.id for rule in rules(city).rules] == ids
    asked = hanna.get(f"{RULES}/{first}/remove")
    assert (asked.status_code, len(rules(city).rules)) == (200, len(ids))
    assert city.send(hanna, f"{RULES}/{first}/remove").location == RULES
    assert [rule.id for rule in rules(city).rules] == ids[1:]
    assert hanna.get(f"{RULES}/{first}").status_code == 404


def test_the_default_unit_is_chosen_among_those_that_receive(city: City, hanna: FlaskClient) -> None:
    """Another is chosen; one that does not receive, or is not the municipality's, is no alternative."""
    assert city.send(hanna, f"{ROUTING}/default", default_unit_id=JARVA).location == ROUTING
    assert str(rules(city).default_unit_id) == JARVA
    for wrong in (UNIT["health-centre-1"], uuid4()):
        answer = city.send(hanna, f"{ROUTING}/default", default_unit_id=str(wrong))
        assert "Gemensam enhet: Välj ett av alternativen." in answer.text
    assert str(rules(city).default_unit_id) == JARVA


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason_sv": " "}, "Varför, i en mening: Det här behöver fyllas i."),
        ({"area": ""}, "Var den som ger stöd bor: Välj ett av alternativen."),
        ({"area": "1480"}, "Var den som ger stöd bor: Välj ett av alternativen."),
        ({"unit_id": str(UNIT["health-centre-1"])}, "Enhet som tar emot: Välj ett av alternativen."),
        ({"stand_in_unit_id": str(uuid4())}, "Ersättare: Välj ett av alternativen."),
        ({"stand_in_unit_id": FARSTA}, "Ersättare: En enhet kan inte vara sin egen ersättare."),
        ({"target_groups": ["nobody"]}, "Situationer: Ett av valen finns inte i listan."),
        ({"age_of": "any"}, "Ålder: Ange vems ålder det är"),
        ({"age_from": ""}, "Från ålder: Ange minst en av de två åldrarna."),
        ({"age_from": "80", "age_to": "70"}, "Till och med ålder: "),
        ({"age_from": "old"}, "Från ålder: Skriv det här som ett tal."),
        ({"last_day": "2025-12-31"}, "Sista dagen: Perioden slutar innan den börjar."),
        ({"valid_from": ""}, "Första dagen: Det här behöver fyllas i."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(
    city: City, hanna: FlaskClient, wrong: dict[str, Any], said: str
) -> None:
    """Adding and changing alike: the form comes back with what was written, and the rules are as they were."""
    before = rules(city)
    for path in (f"{RULES}/new", f"{RULES}/{BROMMA}"):
        answer = city.send(hanna, path, **a_rules_form(**wrong))
        assert answer.status_code == 200
        assert said in answer.text
        if "reason_sv" not in wrong:
            assert "under ombyggnaden." in answer.text
    assert rules(city) == before


def stale(client: FlaskClient, path: str) -> dict[str, str]:
    """The hidden fields of a form that was opened a while ago."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', client.get(path).text))


def test_whoever_saves_second_sees_both_and_may_save_again(city: City, hanna: FlaskClient) -> None:
    """What was saved meanwhile is shown beside what was written; the next save is made from the new version."""
    opened = stale(hanna, f"{RULES}/{BROMMA}")
    first = a_rules_form(area="0180-bromma", reason_sv="Så skrev den första.")
    assert city.send(hanna, f"{RULES}/{BROMMA}", **first).status_code == 303
    mine = a_rules_form(area="0180-bromma", reason_sv="Så skrev den andra.")
    page = shown_again(hanna, hanna.post(f"{RULES}/{BROMMA}", data={**opened, **mine})).text
    assert "Det sparades ändringar medan du skrev" in page
    assert "Så skrev den första." in page
    assert "Så skrev den andra." in page
    assert rules(city).rule(BROMMA).reason_sv == "Så skrev den första."
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert hanna.post(f"{RULES}/{BROMMA}", data={**again, **mine}).status_code == 303
    assert rules(city).rule(BROMMA).reason_sv == "Så skrev den andra."


@pytest.mark.holds("a-removed-rule-is-still-there")
def test_what_was_written_of_a_rule_that_was_removed_can_be_added(city: City, hanna: FlaskClient) -> None:
    """Nothing typed is lost: the form becomes that of a new rule."""
    opened = stale(hanna, f"{RULES}/{BROMMA}")
    city.send(hanna, f"{RULES}/{BROMMA}/remove")
    page = shown_again(hanna, hanna.post(f"{RULES}/{BROMMA}", data={**opened, **a_rules_form()})).text
    assert "Regeln togs bort medan du skrev" in page
    assert "under ombyggnaden." in page
    assert f'action="{RULES}/new"' in page
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert hanna.post(f"{RULES}/new", data={**again, **a_rules_form()}).status_code == 303
    assert rules(city).rules[-1].reason_sv == a_rules_form()["reason_sv"]


def test_a_mistake_in_a_rule_that_was_removed_loses_nothing_either(city: City, hanna: FlaskClient) -> None:
    """It leads to no page that is not there: the form of a new rule shows the words, and what is wrong with them."""
    opened = stale(hanna, f"{RULES}/{BROMMA}")
    city.send(hanna, f"{RULES}/{BROMMA}/remove")
    answer = hanna.post(f"{RULES}/{BROMMA}", data={**opened, **a_rules_form(), "valid_from": "i morgon"})
    page = shown_again(hanna, answer)
    assert page.status_code == 200
    assert "Regeln togs bort medan du skrev" in page.text
    assert "under ombyggnaden." in page.text
    assert 'id="error-summary"' in page.text


def test_adding_moving_removing_and_defaulting_go_by_the_version_too(city: City, hanna: FlaskClient) -> None:
    """Made from rules that somebody else has changed since: nothing happens, and it is said."""
    forms = {
        path: stale(hanna, path) for path in (f"{RULES}/new", RULES, f"{RULES}/{BROMMA}/remove", f"{ROUTING}/default")
    }
    city.send(hanna, RULES, onto=f"{RULES}/{BROMMA}/move", to="earlier")
    before = rules(city)
    added = shown_again(hanna, hanna.post(f"{RULES}/new", data={**forms[f"{RULES}/new"], **a_rules_form()}))
    assert "Reglerna ändrades medan du skrev" in added.text
    assert "under ombyggnaden." in added.text
    default = shown_again(
        hanna, hanna.post(f"{ROUTING}/default", data={**forms[f"{ROUTING}/default"], "default_unit_id": JARVA})
    )
    assert "Det sparades ändringar medan du skrev" in default.text
    moved = hanna.post(f"{RULES}/{BROMMA}/move", data={**forms[RULES], "to": "later"}, follow_redirects=True)
    assert "Titta på ordningen igen innan du flyttar en regel." in moved.text
    removed = hanna.post(f"{RULES}/{BROMMA}/remove", data=forms[f"{RULES}/{BROMMA}/remove"], follow_redirects=True)
    assert "Titta på regeln igen innan du tar bort den." in removed.text
    assert rules(city) == before
    city.send(hanna, f"{RULES}/{BROMMA}/remove")
    twice = hanna.post(f"{RULES}/{BROMMA}/remove", data=forms[f"{RULES}/{BROMMA}/remove"], follow_redirects=True)
    assert "Regeln var redan borttagen." in twice.text


def test_sending_a_new_rule_twice_adds_one(city: City, hanna: FlaskClient) -> None:
    """Also under an id that is another rule's already: a form cannot name somebody else's."""
    count = len(rules(city).rules)
    form = {**stale(hanna, f"{RULES}/new"), **a_rules_form()}
    answers = [hanna.post(f"{RULES}/new", data=form) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len({each.location for each in answers}) == 1
    assert len(rules(city).rules) == count + 1
    assert city.send(hanna, f"{RULES}/new", **a_rules_form(id=str(BROMMA))).status_code == 303
    assert len(rules(city).rules) == count + 2


def test_a_unit_that_closed_does_not_stand_in_the_way_of_other_changes(city: City, hanna: FlaskClient) -> None:
    """The rule that names it is passed over and marked; the others can still be edited, and so can its sentence."""
    with city.closed(UnitId(UNIT["advice-bromma"])):
        page = hanna.get(RULES).text
        assert "Stängd: hoppas över" in page
        first = rules(city).rules[0].id
        city.send(hanna, RULES, onto=f"{RULES}/{first}/move", to="later")
        assert rules(city).rules[1].id == first
        kept = a_rules_form(area="0180-bromma", unit_id=str(UNIT["advice-bromma"]), reason_sv="Öppnar igen i maj.")
        assert city.send(hanna, f"{RULES}/{BROMMA}", **kept).status_code == 303
        new = city.send(hanna, f"{RULES}/new", **a_rules_form(unit_id=str(UNIT["advice-bromma"])))
        assert "Enhet som tar emot: Välj ett av alternativen." in new.text


@pytest.mark.parametrize("name", ["alva", "bo", "dani", "ester"])
def test_no_other_role_edits_rules(city: City, name: str) -> None:
    """403 at each of the doors, and each is recorded."""
    client = city.signed_in(name)
    token = token_in(client.get("/directory/assignment").text)
    paths = (RULES, f"{RULES}/new", f"{RULES}/{BROMMA}", f"{RULES}/{BROMMA}/remove", f"{ROUTING}/default")
    before, count = rules(city), len(city.told("access.recorded.v1"))
    assert {client.get(path).status_code for path in paths} == {403}
    sent = {"csrf_token": token, "version": str(before.version), "to": "later", **a_rules_form()}
    writing = (*paths[1:], f"{RULES}/{BROMMA}/move")
    assert {client.post(path, data=sent).status_code for path in writing} == {403}
    records = city.told("access.recorded.v1")[count:]
    assert len(records) == len(paths) + len(writing)
    assert {(each["subject"], each["outcome"], each["rule"]) for each in records} == {
        (name, "refused", "role-not-allowed")
    }
    about = [each for each in records if each["record_kind"] == "routing-rules"]
    assert {tuple(each["subjects"]) for each in about} == {(str(BROMMA),)}
    assert rules(city) == before


def test_the_regions_administrator_finds_no_rules(city: City) -> None:
    """Another authority in the same place: answered as something unknown, and recorded."""
    theirs = city.administrator_of(ORGANIZATION["region-stockholm"], STOCKHOLM)
    user, assignment_id = theirs.user, theirs.assignment_id
    client = city.client()
    sign_in_as(client, user, datetime.now(UTC), assignment_id=assignment_id)
    assert client.get("/directory/admin/units/new").status_code == 200
    for path in (RULES, f"{RULES}/new", f"{ROUTING}/default"):
        assert client.get(path).status_code == 404
        attempt = city.told("access.recorded.v1")[-1]
        assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-routing", "refused")
        assert attempt["subject"] == user.subject
