"""A name is found however it was typed, pasted or kept: with its letters together or apart."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from unicodedata import normalize
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from shared.settings import SERVICES
from shared.storage.migrations import migrate
from shared.storage.staff_events import remember
from tests.support.builders.events import unit_changed
from tests.support.directory_city import City
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.page_forms import without_seconds

BEFORE = "0004"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "Södermalms anhörigcafé"


def apart(text: str) -> str:
    """As a PDF or a Mac writes it."""
    return normalize("NFD", text)


@pytest.mark.parametrize("word", ["Södermalm", "anhörig", "Åkeshov", "café"])
def test_the_public_search_finds_the_same(city: City, word: str) -> None:
    """By page and by API."""
    client = city.client()
    assert apart(word) != word
    pages = [client.get("/directory/services", query_string={"q": each}).text for each in (word, apart(word))]
    assert pages[0] == pages[1]
    door = "/api/directory/v1/services"
    found = [client.get(door, query_string={"q": each}).get_json() for each in (word, apart(word))]
    assert found[0] == found[1]


def test_something_is_found_at_all(city: City) -> None:
    """The test above would not see two empty lists."""
    found = city.client().get("/api/directory/v1/services", query_string={"q": apart("anhörig")}).get_json()
    assert found is not None
    assert found["total"] > 0


def test_an_administrators_lists_find_the_same(city: City) -> None:
    """Eight units of Södermalm were none."""
    hanna = city.signed_in("hanna")
    for show in ("receiving", "others", "assignments"):
        found = [
            # a form's token tells the second in which it was made
            without_seconds(hanna.get("/directory/admin", query_string={"show": show, "q": each}).text)
            for each in ("Södermalm", apart("Södermalm"))
        ]
        assert found[0] == found[1]
    receiving = hanna.get("/directory/admin", query_string={"q": apart("Södermalm")}).text
    assert "Anhörigkonsulenterna, Södermalm" in unescape(receiving)


def test_what_is_written_apart_is_kept_together(city: City) -> None:
    """By form and by API; and read again it is what was written."""
    dani, name = city.signed_in("dani"), f"Sångstund på Söder {uuid4().hex[:6]}"
    form = {"name": apart(name), "summary": apart("Vi sjunger."), "attend": "drop-in", "languages": "sv"}
    assert city.send(dani, "/directory/mine/services/new", **form).status_code == 303
    assert city.rows("select count(*) from support_services where name = :name", name=name) == [(1,)]
    body = {"name": apart(f"{name} igen"), "summary": "Vi sjunger."}
    added = city.ask("dani", "POST", "/services", body, Idempotency_Key=uuid4().hex)
    assert added.get_json()["name"] == f"{name} igen"


def test_what_was_kept_apart_before_is_put_together(infrastructure: Infrastructure) -> None:
    """An old database's names are found after it has migrated; its row-level policies are as strict as they were."""
    with new_installation(infrastructure) as made:
        settings = made.settings()
        owner = settings.service("directory").owner_database_url
        migrate("directory", owner, BEFORE)
        url = make_url(infrastructure.postgres_url).set(drivername="postgresql", database=f"{made.prefix}_directory")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as database:
            # the table of forms has had another name since
            name = "replace(relname, 'lapsed_forms', 'held_forms')"
            forced = f"select {name} from pg_class where relforcerowsecurity order by 1"
            strict = database.execute(forced).fetchall()
            organization, service = uuid4(), uuid4()
            database.execute(
                "insert into organizations values (%s, 1, %s, 'civil-society', '0180', '', '', '', '', null, true)",
                (organization, apart("Föreningen")),
            )
            database.execute(
                "insert into support_services values (%s, %s, 1, %s, %s, '', '{}', '{}', '{}', '{sv}', '', '',"
                " 'drop-in', '', '', '', false, 'active', now())",
                (service, organization, apart(NAME), "Fika."),
            )
            migrate("directory", owner)
            assert database.execute("select name from organizations").fetchall() == [("Föreningen",)]
            found = "select name from support_services where search @@ websearch_to_tsquery('swedish', 'anhörigcafé')"
            assert database.execute(found).fetchall() == [(NAME,)]
            assert set(strict) <= set(database.execute(forced).fetchall())


@pytest.mark.parametrize("service", SERVICES)
def test_units_heard_of_before_are_called_as_the_directory_calls_them(
    infrastructure: Infrastructure, service: str
) -> None:
    """Kept apart by an earlier release, and told apart by an event of its time: one name in every service."""
    name, unit, late = "Anhörigstöd Södermalm", uuid4(), uuid4()
    with new_installation(infrastructure) as made:
        owner = made.settings().service(service).owner_database_url
        migrate(service, owner, "0001")
        engine = create_engine(owner)
        kept = text("insert into known_units values (:id, 1, :id, :name, 'receiving', '0180', '', '', null, true)")
        with engine.begin() as connection:
            connection.execute(kept, {"id": unit, "name": apart(name)})
        migrate(service, owner)
        told = unit_changed(late, name=apart(name))
        with engine.begin() as connection:
            remember(connection, told)
            names = connection.execute(text("select name from known_units")).scalars().all()
        engine.dispose()
    assert names == [name, name]
