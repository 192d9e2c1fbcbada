"""Swedish Sign Language has one tag in the whole product, and what says it by the old one is understood."""

from __future__ import annotations

from html import unescape
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from shared.storage.migrations import migrate
from shared.vocabulary.languages import OFFERED
from tests.support.directory_city import City
from tests.support.directory_things import read_service, write_service
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.page_forms import form_of, shown_again

BEFORE = "0015"


def test_a_system_that_says_it_the_old_way_is_answered_with_the_new(city: City) -> None:
    """Once, also where it says both; a language in three letters is told as its two."""
    body = {"name": "Teckencaféet", "summary": "Fika.", "languages": ["sgn-SE", "sv", "swl", "ara"]}
    answer = city.ask("dani", "POST", "/services", body, Idempotency_Key=uuid4().hex)
    assert answer.get_json()["languages"] == ["swl", "sv", "ar"]
    assert read_service(city, answer.get_json()["id"])["languages"] == ["swl", "sv", "ar"]


def test_a_languages_name_is_no_code(city: City) -> None:
    """The answer says what is."""
    body = {"name": "Teckencaféet", "summary": "Fika.", "languages": ["sv", "teckenspråk"]}
    answer = city.ask("dani", "POST", "/services", body, Idempotency_Key=uuid4().hex)
    assert answer.status_code == 422
    assert [(each["pointer"], each["detail"]) for each in answer.get_json()["errors"]] == [
        ("#/languages/1", "Ange språket med dess kod: sv, ar, swl …")
    ]


def test_a_form_that_was_made_before_keeps_its_tick(city: City) -> None:
    """It comes with the old tag and a mistake elsewhere: the box is ticked when it is shown again, and saved."""
    service = write_service(city, {"name": "Teckencaféet", "summary": "Fika."})
    dani, page = city.signed_in("dani"), f"/directory/mine/services/{service}"
    shown = form_of(dani.get(page).text, page)
    again = shown_again(dani, dani.post(page, data=shown.typed(languages=["sgn-SE"], email="nej"))).text
    form = form_of(again, page)
    assert form.fields.getlist("languages") == ["swl"]
    assert dani.post(page, data=form.typed(email="")).status_code == 303
    assert read_service(city, service)["languages"] == ["swl"]


def test_the_form_offers_what_a_referral_offers(city: City) -> None:
    """One list; every language by its Swedish name, each of them a tag on the public page."""
    service = write_service(city, {"name": "Alla språk", "summary": "Fika.", "languages": list(OFFERED)})
    page = unescape(city.client().get(f"/directory/services/{service}").text)
    named = (
        "svenska, engelska, arabiska, somaliska, finska, persiska, tigrinska, turkiska, spanska, polska, ukrainska, "
    )
    assert f"{named}svenskt teckenspråk" in page


def test_listings_of_an_earlier_version_get_the_new_tag(infrastructure: Infrastructure) -> None:
    """In its place, once, and nothing else of them changes; the row-level policies are as strict as they were."""
    told = {"{sv,sgn-SE,ar}": ["sv", "swl", "ar"], "{swl,sgn-SE}": ["swl"], "{sv,uk}": ["sv", "uk"], "{}": []}
    with new_installation(infrastructure) as made:
        owner = made.settings().service("directory").owner_database_url
        migrate("directory", owner, BEFORE)
        url = make_url(infrastructure.postgres_url).set(drivername="postgresql", database=f"{made.prefix}_directory")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as database:
            organization = uuid4()
            database.execute(
                "insert into organizations (id, version, name, kind, municipality_code, description, website, email,"
                " phone, active) values (%s, 1, 'Föreningen', 'civil-society', '0180', '', '', '', '', true)",
                (organization,),
            )
            for number, languages in enumerate(told):
                database.execute(
                    "insert into support_services values (%s, %s, 1, %s, 'Fika.', '', '{}', '{}', '{}', %s, '', '',"
                    " 'drop-in', '', '', '', false, 'active', now())",
                    (uuid4(), organization, str(number), languages),
                )
            kept = "select to_jsonb(s) - 'languages' from support_services s order by name"
            # the table of forms has had another name since
            name = "replace(relname, 'lapsed_forms', 'held_forms')"
            forced = f"select {name} from pg_class where relforcerowsecurity order by 1"
            before, strict = database.execute(kept).fetchall(), database.execute(forced).fetchall()
            migrate("directory", owner)
            found = database.execute("select languages from support_services order by name").fetchall()
            assert [each[0] for each in found] == list(told.values())
            assert database.execute(kept).fetchall() == before
            assert set(strict) <= set(database.execute(forced).fetchall())
