"""Page and API of one thing agree: what one writes the other reads, and an edit by page touches what was edited alone.

Each kind of thing is written with every field that its API knows (a new field fails here until it has a strategy),
read, changed in one field of its page, and read again. The other way round: written by page, read and sent back as it
is by API, and shown by the page as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from marshmallow import Schema

from deploy.seed.ids import ORGANIZATION, UNIT
from services.directory.adapters.activities import ActivityRows
from services.directory.web.api_public import activity_members, service_out
from services.directory.web.schemas_listings import ActivityIn, ActivityOut, OrganizationIn, ServiceIn
from services.directory.web.schemas_ruling import RuleIn
from services.directory.web.schemas_staff import UnitIn
from shared.kernel.clock import SWEDEN
from tests.support.directory_city import City
from tests.support.page_forms import form_of, shown_again

# a failing example is told as it was found: each costs half a dozen requests, and shrinking hundreds of them
EXAMPLES = settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
COUNTED = {"version", "assured_at"}

LETTERS = "abc åäöÅÄÖé ABC 123 .,:;!?–-()\"'&<>%+/"
PHONES = st.sampled_from(["08-465 004 10", "031-390 06 05", "070-174 06 05"])
EMAILS = st.sampled_from(["info@example.se", "stod@example.org"])
WEBS = st.sampled_from(["https://example.se", "https://example.se/stod?a=1&b=2"])


def words(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Some text, also with spaces at its ends and several lines; with something to read in it when there must be."""
    lines = st.text(alphabet=LETTERS + "\n", max_size=most - 1)
    return lines.map(lambda each: f"s{each}") if least else lines | st.just("")


def some(codes: list[str]) -> st.SearchStrategy[list[str]]:
    """Some of these codes, each once, in any order."""
    return st.lists(st.sampled_from(codes), unique=True, max_size=4)


FIRST = datetime(2026, 12, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 90 * 24 * 60 * 60).map(lambda seconds: FIRST + timedelta(seconds=seconds))
PLACES = st.fixed_dictionaries(
    {
        "name": words(40, 1),
        "address": words(40),
        "postal_code": st.sampled_from(["", "123 45"]),
        "city": words(20),
        "area": st.sampled_from([None, "0180-farsta", "1480"]),
        "accessibility": words(60),
    }
)
HOURS = st.sampled_from(
    [
        [],
        [{"byday": "MO", "opens_at": "10:00", "closes_at": "12:30"}],
        [
            {"byday": "TU", "opens_at": "09:00", "closes_at": "12:00"},
            {"byday": "TU", "opens_at": "13:00", "closes_at": "15:00"},
        ],
    ]
)
SERVICE: dict[str, st.SearchStrategy[Any]] = {
    "name": words(60, 1),
    "summary": words(60, 1),
    "description": words(200),
    "forms": some(["guidance", "carers-groups", "lectures", "respite"]),
    "target_groups": some(["older-people", "dementia", "addiction", "mental-illness"]),
    "areas": some(["0180", "0180-farsta", "1480", "0380"]),
    "languages": some(["uk", "sv", "de", "sgn-SE", "ar"]),
    "eligibility": words(60),
    "cost": words(40),
    "attend": st.sampled_from(["drop-in", "booking", "through-adviser"]),
    "email": EMAILS | st.just(""),
    "phone": PHONES | st.just(""),
    "url": WEBS | st.just(""),
    "digital": st.booleans(),
    "location": st.none() | PLACES,
    "schedules": HOURS,
    "status": st.sampled_from(["active", "inactive"]),
}
ORGANISATION: dict[str, st.SearchStrategy[Any]] = {
    "name": words(60, 1),
    "description": words(200),
    "website": WEBS | st.just(""),
    "email": EMAILS | st.just(""),
    "phone": PHONES | st.just(""),
}
ACTIVITY: dict[str, st.SearchStrategy[Any]] = {
    "title": words(60, 1),
    "description": words(200),
    "starts_at": MOMENTS,
    "ends_at": st.timedeltas(timedelta(minutes=20), timedelta(days=3)),
    "repeats": st.sampled_from(["once", "weekly", "fortnightly"]),
    "repeats_until": st.just("2027-06-30"),
    "place": words(60),
    "digital": st.booleans(),
    "places": st.none() | st.integers(1, 10_000),
    "sign_up": words(60),
    "cost": words(40),
}
UNIT_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.builds(lambda: f"Anhörigstödet {uuid4().hex}"),
    "function_address": EMAILS,
    "phone": PHONES,
    "stand_in_unit_id": st.sampled_from([None, str(UNIT["advice-farsta"])]),
    "active": st.booleans(),
    "address_withheld": st.booleans(),
}
RULE: dict[str, st.SearchStrategy[Any]] = {
    "area": st.sampled_from(["0180", "0180-farsta"]),
    "target_groups": some(["older-people", "dementia", "addiction"]),
    "age_of": st.sampled_from(["carer", "person-cared-for"]),
    "age_from": st.none() | st.integers(0, 40),
    "age_to": st.integers(60, 120),
    "unit_id": st.sampled_from([str(UNIT["advice-farsta"]), str(UNIT["advice-bromma"])]),
    "stand_in_unit_id": st.sampled_from([None, str(UNIT["advice-sodermalm"])]),
    "valid_from": st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str),
    "valid_to": st.none() | st.dates(date(2027, 1, 2), date(2028, 1, 1)).map(str),
    "reason_sv": words(100, 1),
}


@dataclass(frozen=True)
class Thing:
    """A kind of thing that both doors write. ``edits``: page field → what is typed there, and the API's members that
    may then be others. ``written``: by API, its id. ``read``: as its API shows it to its owner. ``page``: where it is
    changed.
    """

    schema: type[Schema]
    fields: dict[str, st.SearchStrategy[Any]]
    who: str
    edits: dict[str, tuple[str | list[str], set[str]]]
    written: Callable[[City, dict[str, Any]], str]
    read: Callable[[City, str], dict[str, Any]]
    page: Callable[[str], str]
    put: Callable[[City, str, dict[str, Any]], Any]


def _ask(city: City, who: str, method: str, path: str, body: Any, version: int | None = None) -> Any:
    headers = {} if version is None else {"If_Match": f'"{version}"'}
    answer = city.ask(who, method, path, body, **headers)
    assert answer.status_code in (200, 201), (answer.json, body)
    return answer


def _write_service(city: City, body: dict[str, Any]) -> str:
    return str(_ask(city, "dani", "POST", "/services", body).json["id"])


def _read_service(city: City, service_id: str) -> dict[str, Any]:
    with city.parts.work_of(city.editor("dani")) as work:
        service = work.services.find(UUID(service_id))
    assert service is not None
    shown: dict[str, Any] = service_out(service)
    if shown["status"] == "active":
        assert city.ask("dani", "GET", f"/services/{service_id}").json == shown
    return shown


def _write_organization(city: City, body: dict[str, Any]) -> str:
    own = str(city.editor("dani").organization_id)
    version = city.ask("dani", "GET", f"/organizations/{own}").json["version"]
    _ask(city, "dani", "PUT", f"/organizations/{own}", body, version)
    return own


def _write_activity(city: City, body: dict[str, Any]) -> str:
    own = city.editor("dani").organization_id
    [row] = city.rows("select id from support_services where organization_id = :own order by id limit 1", own=own)
    told = {**body, "starts_at": body["starts_at"].isoformat()}
    told["ends_at"] = (body["starts_at"] + body["ends_at"]).isoformat()
    if body["repeats"] == "once":
        told["repeats_until"] = None
    return str(_ask(city, "dani", "POST", f"/services/{row.id}/activities", told).json["id"])


def _read_activity(city: City, activity_id: str) -> dict[str, Any]:
    with city.parts.engine.connect() as connection:
        activity = ActivityRows(connection).find(UUID(activity_id))
    shown: dict[str, Any] = ActivityOut().dump(activity_members(activity))
    return shown


def _write_unit(city: City, body: dict[str, Any]) -> str:
    new = {name: body[name] for name in body if name != "active"}
    new |= {"kind": "receiving", "organization_id": str(ORGANIZATION["city-stockholm"]), "area": "0180-bromma"}
    unit = _ask(city, "hanna", "POST", "/units", new).json
    changed = {name: body[name] for name in UnitIn().fields}
    _ask(city, "hanna", "PUT", f"/units/{unit['id']}", changed, 1)
    return str(unit["id"])


def _version_of_rules(city: City) -> int:
    return int(city.rules().version)


def _write_rule(city: City, body: dict[str, Any]) -> str:
    return str(_ask(city, "hanna", "POST", "/routing-rules/0180/rules", body, _version_of_rules(city)).json["id"])


THINGS = {
    "support service": Thing(
        schema=ServiceIn,
        fields=SERVICE,
        who="dani",
        edits={
            "name": ("Ett annat namn", {"name"}),
            "summary": ("En annan mening.", {"summary"}),
            "description": ("Rad ett\r\nRad två", {"description"}),
            "forms": (["respite"], {"forms"}),
            "target_groups": ([], {"target_groups"}),
            "areas": (["0180-bromma"], {"areas"}),
            "languages": (["fi"], {"languages"}),
            "eligibility": ("Alla är välkomna.", {"eligibility"}),
            "cost": ("Kostar inget", {"cost"}),
            "attend": ("booking", {"attend"}),
            "email": ("annan@example.se", {"email"}),
            "phone": ("08-465 004 99", {"phone"}),
            "url": ("https://example.se/annat", {"url"}),
            "status": ("inactive", {"status"}),
            "place_name": ("Lokalen", {"location"}),
            "place_city": ("Farsta", {"location"}),
        },
        written=_write_service,
        read=_read_service,
        page=lambda service_id: f"/directory/mine/services/{service_id}",
        put=lambda city, service_id, body: _ask(
            city, "dani", "PUT", f"/services/{service_id}", body, _read_service(city, service_id)["version"]
        ),
    ),
    "organisation": Thing(
        schema=OrganizationIn,
        fields=ORGANISATION,
        who="dani",
        edits={
            "name": ("Föreningen", {"name"}),
            "description": ("Vi finns.", {"description"}),
            "website": ("https://example.se/vi", {"website"}),
            "email": ("vi@example.se", {"email"}),
            "phone": ("08-465 004 99", {"phone"}),
        },
        written=_write_organization,
        read=lambda city, own: dict(city.ask("dani", "GET", f"/organizations/{own}").json),
        page=lambda own: "/directory/mine/organization",
        put=lambda city, own, body: _write_organization(city, body),
    ),
    "activity": Thing(
        schema=ActivityIn,
        fields=ACTIVITY,
        who="dani",
        edits={
            "title": ("En annan kväll", {"title"}),
            "description": ("Rad ett\r\nRad två", {"description"}),
            "place": ("Lokalen", {"place"}),
            "places": ("12", {"places"}),
            "sign_up": ("Ring oss", {"sign_up"}),
            "cost": ("20 kronor", {"cost"}),
            "begins": ("00:00", {"starts_at", "ends_at"}),
        },
        written=_write_activity,
        read=_read_activity,
        page=lambda activity_id: f"/directory/mine/activities/{activity_id}",
        put=lambda city, activity_id, body: _ask(
            city, "dani", "PUT", f"/activities/{activity_id}", body, _read_activity(city, activity_id)["version"]
        ),
    ),
    "unit": Thing(
        schema=UnitIn,
        fields=UNIT_FIELDS,
        who="hanna",
        edits={
            "function_address": ("annan@example.se", {"function_address"}),
            "phone": ("08-465 004 99", {"phone"}),
            "stand_in_unit_id": (str(UNIT["advice-sodermalm"]), {"stand_in_unit_id"}),
            "address_withheld": ("true", {"address_withheld"}),
            "closed": ("true", {"active"}),
        },
        written=_write_unit,
        read=lambda city, unit_id: dict(city.ask("hanna", "GET", f"/units/{unit_id}").json),
        page=lambda unit_id: f"/directory/admin/units/{unit_id}",
        put=lambda city, unit_id, body: _ask(
            city,
            "hanna",
            "PUT",
            f"/units/{unit_id}",
            body,
            int(city.ask("hanna", "GET", f"/units/{unit_id}").headers["ETag"].strip('"')),
        ),
    ),
    "rule": Thing(
        schema=RuleIn,
        fields=RULE,
        who="hanna",
        edits={
            "area": ("0180-bromma", {"area"}),
            "target_groups": (["mental-illness"], {"target_groups"}),
            "age_to": ("59", {"age_to", "bands_cut"}),
            "stand_in_unit_id": (str(UNIT["advice-hasselby-vallingby"]), {"stand_in_unit_id"}),
            "reason_sv": ("Så är det bestämt.", {"reason_sv"}),
            "last_day": ("2029-05-31", {"valid_to"}),
        },
        written=_write_rule,
        read=lambda city, rule_id: dict(city.ask("hanna", "GET", f"/routing-rules/0180/rules/{rule_id}").json),
        page=lambda rule_id: f"/directory/admin/routing/rules/{rule_id}",
        put=lambda city, rule_id, body: _ask(
            city, "hanna", "PUT", f"/routing-rules/0180/rules/{rule_id}", body, _version_of_rules(city)
        ),
    ),
}


@pytest.mark.parametrize("kind", THINGS)
def test_every_field_that_the_api_knows_is_tried(kind: str) -> None:
    """A new one needs its strategy here."""
    assert set(THINGS[kind].fields) == set(THINGS[kind].schema().fields)


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("kind", THINGS)
@EXAMPLES
@given(data=st.data())
def test_an_edit_by_page_touches_what_was_edited_alone(city: City, kind: str, data: st.DataObject) -> None:
    """API → page, one field → API: all else is as it was, to the second and the last space."""
    thing = THINGS[kind]
    about = thing.written(city, data.draw(st.fixed_dictionaries(thing.fields)))
    before = thing.read(city, about)
    name = data.draw(st.sampled_from(sorted(thing.edits)))
    value, may_change = thing.edits[name]
    browser = city.signed_in(thing.who)
    page = thing.page(about)
    form = form_of(browser.get(page).text, page)
    answer = shown_again(browser, browser.post(page, data=form.typed(**{name: value})))
    if name == "place_city" and before["location"] is None:
        # a town alone is no place: that is said, and nothing is changed
        assert "error-summary" in answer.text
        assert thing.read(city, about) == before
        return
    assert answer.status_code == 303, (name, answer.text)
    after = thing.read(city, about)
    changed = {each for each in before if before[each] != after[each]} - COUNTED
    assert changed <= may_change, (name, {each: (before[each], after[each]) for each in changed})
    assert changed or _is_as_typed(before, may_change, name, value), (name, before)
    if "location" in changed and before["location"]:
        kept = set(before["location"]) - {name.removeprefix("place_")}
        assert {each: after["location"][each] for each in kept} == {each: before["location"][each] for each in kept}


def _is_as_typed(before: dict[str, Any], members: set[str], name: str, value: object) -> bool:
    """The value was the same before, so that there was nothing to change."""
    return any(_same(before[each], name, value) for each in members)


def _same(kept: Any, name: str, value: object) -> bool:
    """Whether what is kept is what was typed into that field."""
    if isinstance(kept, dict):
        return bool(kept[name.removeprefix("place_")] == value)
    if name == "begins":
        return bool(datetime.fromisoformat(kept).astimezone(SWEDEN).strftime("%H:%M") == value)
    if isinstance(kept, list):
        return sorted(kept) == sorted(value) if isinstance(value, list) else False
    # a box that is ticked; of the unit's one it means that it is not active
    told = (not kept if name == "closed" else kept) if isinstance(kept, bool) else kept
    return str("" if told is None else told).lower() == str(value).replace("\r\n", "\n").lower()


@pytest.mark.usefixtures("rules_as_they_were")
@pytest.mark.parametrize("kind", THINGS)
@EXAMPLES
@given(data=st.data())
def test_what_a_page_shows_is_the_same_after_the_api_has_sent_it_back(
    city: City, kind: str, data: st.DataObject
) -> None:
    """Page → API → page: what the API reads it takes, and the page shows it as before."""
    thing = THINGS[kind]
    about = thing.written(city, data.draw(st.fixed_dictionaries(thing.fields)))
    browser = city.signed_in(thing.who)
    page = thing.page(about)
    shown = form_of(browser.get(page).text, page)
    # saved by the page as it stands: nothing is typed
    assert browser.post(page, data=shown.typed()).status_code == 303
    before = thing.read(city, about)
    thing.put(city, about, {name: before[name] for name in thing.schema().fields})
    assert {**thing.read(city, about), **{name: before.get(name) for name in COUNTED & set(before)}} == before
    again = form_of(browser.get(page).text, page)
    tokens = ("csrf_token", "version", "shown")
    assert {name: again.fields.getlist(name) for name in again.fields if name not in tokens} == {
        name: shown.fields.getlist(name) for name in shown.fields if name not in tokens
    }


def test_languages_that_the_page_does_not_offer_stay(city: City) -> None:
    """The case that was reported: one sentence was edited, and two of three languages were gone."""
    body = {"name": "Telefonen", "summary": "Ring oss.", "languages": ["sv", "uk", "de"]}
    service = _write_service(city, body)
    browser, page = city.signed_in("dani"), f"/directory/mine/services/{service}"
    shown = browser.get(page).text
    assert "ukrainska" in shown
    assert "tyska" in shown
    assert browser.post(page, data=form_of(shown, page).typed(summary="Ring oss gärna.")).status_code == 303
    assert _read_service(city, service)["languages"] == ["sv", "uk", "de"]


def test_opening_hours_without_a_place_are_kept(city: City) -> None:
    """The case that was reported: 201 showed them, and the next look had none. The public page shows them too."""
    hours = [{"byday": "MO", "opens_at": "10:00", "closes_at": "12:00"}]
    body = {"name": "Telefonen", "summary": "Ring oss.", "schedules": hours, "digital": True}
    answer = _ask(city, "dani", "POST", "/services", body)
    assert answer.json["schedules"] == hours
    at = f"/services/{answer.json['id']}"
    assert city.ask("dani", "GET", at).json["schedules"] == hours
    assert "måndagar 10.00–12.00" in city.client().get(f"/directory{at}").text.lower()


def test_a_place_that_cannot_be_found_is_refused_by_both_doors(city: City) -> None:
    """Neither is it dropped in silence, as the page did, nor kept without a name or a street."""
    body = {"name": "Kaféet", "summary": "Fika.", "location": {"accessibility": "Hiss finns"}}
    answer = city.ask("dani", "POST", "/services", body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == ["#/location/name"]
    service = _write_service(city, {"name": "Kaféet", "summary": "Fika."})
    browser, page = city.signed_in("dani"), f"/directory/mine/services/{service}"
    typed = form_of(browser.get(page).text, page).typed(place_accessibility="Hiss finns")
    told = shown_again(browser, browser.post(page, data=typed)).text
    assert "Skriv platsens namn eller en gatuadress" in told
    assert form_of(told, page).fields["place_accessibility"] == "Hiss finns"


def test_an_assignment_reads_the_same_by_either_door(city: City) -> None:
    """Given by API, the unit's page shows it; given by page, its holder's system does. Nothing of it is edited."""
    unit = UNIT["advice-bromma"]
    hanna, page = city.signed_in("hanna"), f"/directory/admin/units/{unit}"
    given = {
        "unit_id": str(unit),
        "subject": f"api-{uuid4().hex[:8]}",
        "role": "adviser",
        "valid_from": "2026-01-01T00:00:00+00:00",
        "valid_to": "2099-05-31T22:00:00+00:00",
    }
    granted = _ask(city, "hanna", "POST", "/assignments", given).json
    assert {name: granted[name] for name in given} == given
    shown = hanna.get(page).text
    row = shown[shown.index(given["subject"]) :].split("</tr>")[0]
    assert "31 maj 2099" in row, "the last day on which it holds"
    subject = f"page-{uuid4().hex[:8]}"
    form = form_of(hanna.get(f"{page}/assignments/new").text, f"{page}/assignments/new")
    typed = form.typed(subject=subject, confirmed=subject, role="adviser", last_day="2099-05-31")
    assert hanna.post(f"{page}/assignments/new", data=typed).status_code == 303
    [kept] = city.rows("select id, role, valid_to from assignments where subject = :subject", subject=subject)
    assert (kept.role, kept.valid_to) == ("adviser", datetime(2099, 5, 31, 22, tzinfo=UTC))
    assert "31 maj 2099" in hanna.get(page).text.split(subject)[1].split("</tr>")[0]
