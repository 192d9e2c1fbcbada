"""Which language an answer is in: chosen, asked for, or Swedish; and how days and times are written in it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.routing import IntegerConverter, UUIDConverter

from shared.vocabulary.hours import Hours
from shared.web.i18n import formats
from shared.web.i18n.languages import OFFERED
from shared.web.i18n.negotiation import LONGEST_HEADER, asked_for, offered
from shared.web.i18n.other_language import joined, put_into, with_lang
from shared.web.session.tokens import issue_demo_token
from tests.support.four_apps import four_apps
from tests.support.web_gallery import ALVA
from tests.unit.web.conftest import World

AT = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "sv"),
        ("*", "sv"),
        ("en", "en"),
        ("en-GB", "en"),
        ("en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("en-US,sv;q=0.5", "en"),
        ("sv-SE,en;q=0.9", "sv"),
        ("sv-FI", "sv"),
        ("de,fr;q=0.9", "sv"),
        ("de,en;q=0.1", "en"),
        ("en;q=0", "sv"),
        ("sv;q=0.2,en;q=0.7", "en"),
        ("EN", "en"),
        ("english please", "sv"),
        (";;;,,q=1", "sv"),
        ("en," * LONGEST_HEADER, "sv"),
    ],
)
def test_what_a_browser_asks_for(header: str, tag: str) -> None:
    """RFC 9110's quality, RFC 4647's lookup; whoever asks for nothing that there is gets Swedish."""
    assert asked_for(header).tag == tag


@pytest.mark.parametrize(
    ("chosen", "header", "tag"),
    [("en", "sv", "en"), ("sv", "en", "sv"), ("tlh", "en", "en"), ("tlh", "", "sv"), ("", "", "sv")],
)
def test_what_a_person_chose_comes_before_what_the_browser_asks_for(
    client: FlaskClient, chosen: str, header: str, tag: str
) -> None:
    """A language that is not offered was chosen by nobody."""
    client.set_cookie("lotsa_language", chosen)
    answer = client.get("/directory/late", headers={"Accept-Language": header} if header else {})
    assert answer.headers["Content-Language"] == tag
    assert f'<html lang="{tag}" dir="ltr"' in answer.text
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)
    assert ("This is not possible as things stand now" in answer.text) == (tag == "en")


HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
FROM_ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {**HERE, "Sec-Purpose": "prefetch"},
    {},
)


def test_choosing_keeps_one_where_one_is(client: FlaskClient) -> None:
    """The same page, with what its address asked for, and the choice for a year; the address does not keep it."""
    answer = client.get("/tillganglighet?a=1&lang=en&a=2", headers=HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tillganglighet?a=1&a=2")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("lotsa_language=en;")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= {each.strip() for each in cookie.split(";")}
    page = client.get("/tillganglighet?a=1")
    assert page.headers["Content-Language"] == "en"
    assert 'href="/tillganglighet?a=1&amp;lang=sv" lang="sv" hreflang="sv">Svenska</a>' in page.text
    assert 'hreflang="en"' not in page.text, "the language that the page is in is not offered"


@pytest.mark.parametrize("asked", FROM_ELSEWHERE, ids=str)
@pytest.mark.parametrize(("kept", "after"), [(None, "sv"), ("sv", "sv"), ("en", "en")])
def test_a_link_from_elsewhere_shows_that_page_alone(
    client: FlaskClient, asked: dict[str, str], kept: str | None, after: str
) -> None:
    """In its language, where one asked for it: nothing is kept, nothing is sent on, and what was chosen still holds.

    Nor does a browser that looks ahead, a crawler, or one too old to say, choose for anybody.
    """
    if kept:
        client.set_cookie("lotsa_language", kept)
    answer = client.get("/tillganglighet?a=1&lang=en", headers=asked)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, "en")
    assert '<html lang="en"' in answer.text
    assert not [each for each in answer.headers.getlist("Set-Cookie") if "lotsa_language" in each]
    assert {"Accept-Language", "Cookie", "Sec-Fetch-Site"} <= set(answer.vary)
    assert answer.headers["Cache-Control"] == "no-store"
    # what the page offers instead leads back to it in the other language
    assert 'href="/tillganglighet?a=1&amp;lang=sv" lang="sv"' in answer.text
    assert client.get("/tillganglighet").headers["Content-Language"] == after


def test_from_such_a_page_one_can_choose(client: FlaskClient) -> None:
    """Also the language that the page is not in; one redirect, to an address that asks for none."""
    client.get("/tillganglighet?lang=en", headers=FROM_ELSEWHERE[0])
    answer = client.get("/tillganglighet?lang=sv", headers=HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tillganglighet")
    shown = client.get(answer.headers["Location"], headers={"Accept-Language": "en"})
    assert (shown.status_code, shown.headers["Content-Language"]) == (200, "sv")


@pytest.mark.parametrize("asked", [HERE, *FROM_ELSEWHERE], ids=str)
def test_a_language_that_is_not_offered_is_not_chosen(client: FlaskClient, asked: dict[str, str]) -> None:
    """The page is shown as before, and nothing is kept."""
    answer = client.get("/tillganglighet?lang=tlh", headers=asked)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, "sv")
    assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("path", ["//example.org/?lang=en", "/nothing-here?lang=en"])
def test_only_a_page_of_ours_is_come_back_to(client: FlaskClient, path: str) -> None:
    """An address that is no page's chooses nothing, and leads nowhere else."""
    answer = client.get(path, headers=HERE)
    assert "example.org" not in answer.headers.get("Location", "").removeprefix("http://localhost")
    assert not [each for each in answer.headers.getlist("Set-Cookie") if "lotsa_language" in each]


@pytest.fixture(scope="module")
def every_app(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """The four services' pages."""
    return four_apps(tmp_path_factory.mktemp("installation") / "keys")


# of all pages' addresses: the name of a draft's step
WORDS = {"step"}


@pytest.mark.parametrize("odd", ["a\r\nSet-Cookie: b=c", "a\n", "\0", "a?lang=sv", "a#b", "å", "%41", "a b"])
def test_whatever_stands_in_an_address_leads_back_to_it(every_app: list[Flask], odd: str) -> None:
    """Of every page that takes a word from its address, whatever stands there: the language is kept, and the page is
    the same.
    """
    pages = [
        (app, app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, uuid4()) | {word: odd}))
        for app in every_app
        for rule in app.url_map.iter_rules()
        for word in WORDS.intersection(rule.arguments)
        if "GET" in (rule.methods or ())
    ]
    assert pages
    for app, page in pages:
        answer = app.test_client().get(f"{page}?lang=en", headers=HERE)
        assert (answer.status_code, unquote(answer.headers["Location"])) == (303, unquote(page))
        there = urlsplit(answer.headers["Location"])
        assert (unquote(there.path), there.query, there.fragment) == (unquote(page), "", "")


def test_every_word_that_an_address_takes_is_tried(every_app: list[Flask]) -> None:
    """Above: all else are ids, numbers and files."""
    words = {
        name
        for app in every_app
        for rule in app.url_map.iter_rules()
        for name, converter in rule._converters.items()
        if not isinstance(converter, UUIDConverter | IntegerConverter)
        and not rule.rule.startswith("/api/")
        and not rule.endpoint.endswith("static")
    }
    assert words == WORDS


def test_a_form_chooses_nothing(client: FlaskClient) -> None:
    """Only what is asked for is shown in another language; what is sent is taken as it is."""
    answer = client.post("/directory/late?lang=en", headers=HERE)
    assert answer.status_code != 303
    assert not [each for each in answer.headers.getlist("Set-Cookie") if "lotsa_language" in each]


def test_a_system_that_asks_for_nothing_is_answered_in_swedish(client: FlaskClient) -> None:
    """Problems' titles and details are in the language that is asked for; their types are in none."""
    plain = client.get("/api/directory/v1/boats")
    english = client.get("/api/directory/v1/boats", headers={"Accept-Language": "en"})
    assert plain.json is not None
    assert english.json is not None
    assert (plain.json["title"], english.json["title"]) == ("Du behöver logga in.", "You need to sign in.")
    assert plain.json["type"] == english.json["type"]
    assert (plain.headers["Content-Language"], english.headers["Content-Language"]) == ("sv", "en")


def test_a_system_cannot_choose_by_its_address(client: FlaskClient) -> None:
    """Its parameters are the operation's own."""
    assert client.get("/api/directory/v1/boats?lang=en").status_code == 401


def test_what_is_wrong_with_a_field_is_said_in_english(client: FlaskClient, world: World) -> None:
    """With what is put into the sentence, as in Swedish."""
    token = issue_demo_token(world.key_file, world.settings, ALVA, world.alvas.id)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en-GB,en;q=0.9"}
    answer = client.post("/api/directory/v1/boats", json={"name": "", "sail": 1}, headers=headers)
    assert answer.json is not None
    assert {each["pointer"]: each["detail"] for each in answer.json["errors"]} == {
        "#/name": "Enter between 1 and 10 characters.",
        "#/sail": "This field is not part of the form.",
    }


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("sv", ["24 november 2026 kl. 14.05", "tisdag 24 november", "tis 24 nov.", "08.00–24.00", "a, b eller c"]),
        ("en", ["24 November 2026 at 14:05", "Tuesday 24 November", "Tue 24 Nov", "08:00–24:00", "a, b or c"]),
    ],
)
def test_days_times_and_lists_are_written_as_the_language_has_them(world: World, tag: str, said: list[str]) -> None:
    """By Babel, at the hour that it is in Sweden."""
    with world.app.test_request_context(headers={"Accept-Language": tag}):
        assert [
            formats.moment_in_words(AT),
            formats.weekday(AT),
            formats.short_weekday(AT),
            formats.span(Hours(time(8), time(0))),
            formats.listed("abc", "or"),
        ] == said
        assert formats.moment(AT) == f'<time datetime="{AT.isoformat(timespec="seconds")}">{said[0]}</time>'


@pytest.mark.parametrize(
    ("tag", "shown"), [("sv", "Kafé &amp; prat"), ("en", '<span lang="sv">Kafé &amp; prat</span>')]
)
def test_what_somebody_wrote_says_its_language_on_a_page_in_another(world: World, tag: str, shown: str) -> None:
    """Alone, in a message of a template and of code; the text itself stays the text."""
    with world.app.test_request_context(headers={"Accept-Language": tag}):
        written = with_lang("Kafé & prat")
        assert written == "Kafé & prat"
        assert f"{written}" == "Kafé & prat"
        assert escape(written) == shown
        assert render_template_string("{{ 'Kafé & prat' | with_lang }}") == shown
        assert render_template_string("{{ _('To %(unit)s', unit='Kafé & prat' | with_lang) }}").endswith(shown)
        assert put_into("<%(unit)s>", unit=written) == f"&lt;{shown}&gt;"
        assert joined(", ", [written, "<b>"]) == f"{shown}, &lt;b&gt;"
        assert with_lang(written) == written
        assert escape(with_lang(escape("Kafé & prat"))) == shown
        assert [with_lang(each) for each in ("", None, 5)] == ["", None, 5]


def test_an_option_is_in_its_language_itself(world: World) -> None:
    """In an option nothing can be marked."""
    page = (
        "{% from 'macros.html' import select %}"
        "{{ select('unit', 'Unit', [('1', 'Kafé & prat' | with_lang), ('2', _('Yes'))], '1') }}"
    )
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        shown = render_template_string(page)
        assert '<option value="1" lang="sv" selected>Kafé &amp; prat</option>' in shown
        assert '<option value="2">Yes</option>' in shown
    with world.app.test_request_context(headers={"Accept-Language": "sv"}):
        assert '<option value="1" selected>Kafé &amp; prat</option>' in render_template_string(page)


def test_languages_call_themselves_by_their_own_names() -> None:
    """In the order in which they are offered."""
    assert [each.name for each in OFFERED] == ["Svenska", "English"]
    assert offered("en") is OFFERED[1]
    assert offered("EN") is offered(None) is None
