"""An activity is cancelled after a question that says what follows, and takes place after all when it is taken up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.clock import SWEDEN
from tests.support.directory_city import City
from tests.support.page_forms import form_of, shown_again

MINE = "/directory/mine/activities"


def a_weekly(city: City, **changes: Any) -> Any:
    """Four weeks' Thursdays of one of Dani's support services; the API's answer."""
    own = city.editor("dani").organization_id
    [row] = city.rows("select id from support_services where organization_id = :own order by id limit 1", own=own)
    week_after = (datetime.now(SWEDEN) + timedelta(days=7)).replace(hour=18, minute=0, second=0, microsecond=0)
    first = week_after.astimezone(UTC)
    body = {
        "title": "Torsdagsgruppen",
        "starts_at": first.isoformat(),
        "ends_at": (first + timedelta(hours=2)).isoformat(),
        "repeats": "weekly",
        "repeats_until": (first + timedelta(days=21)).date().isoformat(),
        "description": "Vi pratar och fikar.",
        "places": 8,
        **changes,
    }
    planned = city.ask("dani", "POST", f"/services/{row.id}/activities", body)
    assert planned.status_code == 201, planned.json
    return planned


@pytest.mark.holds("nobody-is-told-of-a-cancellation")
def test_a_cancellation_is_asked_first_and_told_to_nobody(city: City) -> None:
    """The page counts what is left and changes nothing; the other services hear a code, and nobody is written to."""
    planned = a_weekly(city).json
    dani = city.signed_in("dani")
    shown = dani.get(f"{MINE}/{planned['id']}").text
    assert f'href="{MINE}/{planned["id"]}/cancel"' in shown
    assert f'action="{MINE}/{planned["id"]}/cancel"' not in shown
    asked = dani.get(f"{MINE}/{planned['id']}/cancel").text
    assert "Alla 4 tillfällen" in asked
    assert "meddelar ingen" in asked
    assert status_of(city, planned["id"]) == ("scheduled", 1)
    before = len(city.rows("select 1 from outbox"))
    form = form_of(asked, f"{MINE}/{planned['id']}/cancel")
    done = dani.post(form.action, data=form.typed())
    assert (done.status_code, status_of(city, planned["id"])) == (303, ("cancelled", 2))
    told = city.rows("select event_type, data from outbox order by id offset :before", before=before)
    assert [row.event_type for row in told] == ["activity.changed.v1"]
    assert told[0].data["status"] == "cancelled"
    assert "Torsdagsgruppen" not in str(told[0].data)
    # asked again: it is done
    assert dani.get(f"{MINE}/{planned['id']}/cancel").status_code == 303


@pytest.mark.holds("a-cancellation-can-be-undone")
def test_a_cancellation_is_undone_by_page(city: City) -> None:
    """From the list and from the activity's own page; it is again what it was, for everybody."""
    planned = a_weekly(city).json
    dani = city.signed_in("dani")
    at = f"{MINE}/{planned['id']}"
    asked = form_of(dani.get(f"{at}/cancel").text, f"{at}/cancel")
    dani.post(asked.action, data=asked.typed())
    assert "Aktiviteten är inställd" in dani.get(at).text
    for page in ("/directory/mine", at):
        undo = form_of(dani.get(page).text, f"{at}/take-up")
    done = dani.post(undo.action, data=undo.typed())
    assert done.status_code == 303
    assert status_of(city, planned["id"]) == ("scheduled", 3)
    assert "blir av ändå" in dani.get("/directory/mine").text
    again = listed(city, planned)
    assert {**again, "version": 1} == planned
    assert city.told("activity.changed.v1")[-1]["status"] == "scheduled"


@pytest.mark.holds("a-cancellation-can-be-undone")
def test_a_cancellation_is_undone_by_api(city: City) -> None:
    """Under the version that was read, by its owner alone, once."""
    planned = a_weekly(city)
    at = f"/activities/{planned.json['id']}"
    assert city.ask("dani", "DELETE", f"{at}/cancellation", If_Match=planned.headers["ETag"]).status_code == 409
    cancelled = city.ask("dani", "POST", f"{at}/cancellation", If_Match=planned.headers["ETag"])
    assert cancelled.json["status"] == "cancelled"
    assert city.ask("dani", "DELETE", f"{at}/cancellation").status_code == 428
    assert city.ask("dani", "DELETE", f"{at}/cancellation", If_Match=planned.headers["ETag"]).status_code == 412
    assert city.ask("bo", "DELETE", f"{at}/cancellation", If_Match=cancelled.headers["ETag"]).status_code == 403
    undone = city.ask("dani", "DELETE", f"{at}/cancellation", If_Match=cancelled.headers["ETag"])
    assert undone.status_code == 200
    assert {**undone.json, "version": 1} == planned.json


def test_what_was_written_while_it_was_cancelled_is_shown(city: City) -> None:
    """Another window cancels it: the words are on the page still, and nothing of them is saved."""
    planned = a_weekly(city)
    at = f"{MINE}/{planned.json['id']}"
    dani = city.signed_in("dani")
    form = form_of(dani.get(at).text, at)
    city.ask("dani", "POST", f"/activities/{planned.json['id']}/cancellation", If_Match=planned.headers["ETag"])
    for version in ("1", "2"):
        late = shown_again(dani, dani.post(at, data=form.typed(title="Fredagsgruppen", version=version)))
        assert late.status_code == 200
        assert "Fredagsgruppen" in late.text
        assert "Aktiviteten är inställd" in late.text


def listed(city: City, planned: Any) -> Any:
    """The activity as everybody's systems see it."""
    found = city.ask("dani", "GET", f"/services/{planned['service_id']}/activities").json["activities"]
    return next(each for each in found if each["id"] == planned["id"])


def status_of(city: City, activity_id: str) -> tuple[str, int]:
    """Its state and version."""
    [row] = city.rows("select status, version from activities where id = :id", id=UUID(activity_id))
    return row.status, row.version


def test_the_last_time_and_the_one_that_has_been_are_told_as_that(city: City) -> None:
    """One time is called one time; what is over is called over."""
    dani = city.signed_in("dani")
    once = a_weekly(city, repeats="once", repeats_until=None).json
    assert "Tillfället som är kvar" in dani.get(f"{MINE}/{once['id']}/cancel").text
    long_ago = datetime(2026, 1, 8, 18, tzinfo=UTC)
    over = a_weekly(
        city,
        repeats="once",
        repeats_until=None,
        starts_at=long_ago.isoformat(),
        ends_at=(long_ago + timedelta(hours=1)).isoformat(),
    ).json
    assert "Alla har redan varit" in dani.get(f"{MINE}/{over['id']}/cancel").text
