"""Page and API of one thing agree: what one writes the other reads, and an edit by page touches what was edited alone.

Each kind of thing is written with every field that its API knows (a new field fails here until it has a strategy),
read, changed in one field of its page, and read again. The other way round: written by page, read and sent back as it
is by API, and shown by the page as before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.kernel.clock import SWEDEN
from tests.support.cast import UNIT
from tests.support.directory_city import City
from tests.support.directory_things import THINGS, asked, read_service, write_service
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
    service = write_service(city, body)
    browser, page = city.signed_in("dani"), f"/directory/mine/services/{service}"
    shown = browser.get(page).text
    assert "ukrainska" in shown
    assert "tyska" in shown
    assert browser.post(page, data=form_of(shown, page).typed(summary="Ring oss gärna.")).status_code == 303
    assert read_service(city, service)["languages"] == ["sv", "uk", "de"]


def test_opening_hours_without_a_place_are_kept(city: City) -> None:
    """The case that was reported: 201 showed them, and the next look had none. The public page shows them too."""
    hours = [{"byday": "MO", "opens_at": "10:00", "closes_at": "12:00"}]
    body = {"name": "Telefonen", "summary": "Ring oss.", "schedules": hours, "digital": True}
    answer = asked(city, "dani", "POST", "/services", body)
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
    service = write_service(city, {"name": "Kaféet", "summary": "Fika."})
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
    granted = asked(city, "hanna", "POST", "/assignments", given).json
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
