"""What was typed and not carried out, tried by others and in odd ways: it stays its writer's, where it was typed."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.kernel.held_form import AT_MOST, LARGEST, Reason
from tests.support.directory_city import City, token_in
from tests.support.page_forms import form_of
from tests.support.sessions import changed, state_of
from tests.support.written_log import written_log

MOST = AT_MOST[Reason.MISTAKE] or 0
PAGE = "/directory/mine/organization"
WORDS = "Vi finns för den som vakar om natten."


def typed(client: FlaskClient, words: str = WORDS, at: str = PAGE, **more: str) -> dict[str, Any]:
    """The organisation's form with a mistake in it."""
    return form_of(client.get(at).text, PAGE).typed(description=words, email="nej", **more)


def held(client: FlaskClient, words: str = WORDS) -> str:
    """The address at which it is shown again."""
    answer = client.post(PAGE, data=typed(client, words))
    assert answer.status_code == 303
    assert words in client.get(answer.headers["Location"]).text
    return str(answer.headers["Location"])


def rows(city: City) -> int:
    """How many are held, of whomever."""
    with city.parts.engine.begin() as connection:
        connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
        found = connection.scalar(text("select count(*) from held_forms where reason = 'mistake'"))
    return int(found or 0)


def test_a_copied_cookie_finds_nothing_once_its_session_has_ended(city: City) -> None:
    """By signing out: the copy is sent to sign in, and its owner, in anew, begins with an empty form."""
    dani, copy = city.signed_in("dani"), city.client()
    there = held(dani)
    copy.set_cookie("lotsa_session", dani.get_cookie("lotsa_session").value)  # type: ignore[union-attr]
    assert WORDS in copy.get(there).text, "until then it is the same browser, for all that anybody can tell"
    dani.post("/directory/logout", data={"csrf_token": token_in(dani.get(PAGE).text)})
    answer = copy.get(there)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/directory/login")
    assert WORDS not in answer.text
    anew = city.signed_in("dani")
    assert WORDS not in anew.get(there).text
    assert there not in anew.get(PAGE).text


def test_another_assignment_in_the_same_session_finds_nothing(city: City) -> None:
    """What was typed under one is not shown under another, where other eyes may be meant."""
    dani = city.signed_in("dani")
    there, mine = held(dani), state_of(dani).assignment_id
    changed(dani, lambda state: replace(state, assignment_id=city.actor("hanna").assignment_id))
    assert WORDS not in dani.get(there).text
    changed(dani, lambda state: replace(state, assignment_id=mine))
    assert WORDS in dani.get(there).text


def test_neither_a_log_nor_an_address_says_what_was_typed(city: City, caplog: pytest.LogCaptureFixture) -> None:
    """Only which form it is: an id that opens nothing by itself."""
    dani = city.signed_in("dani")
    with written_log() as log, caplog.at_level(logging.DEBUG):
        there = held(dani)
    for trace in (there, log.text, caplog.text):
        assert "vakar" not in trace
        assert "nej" not in trace.partition("?")[2]


@pytest.mark.parametrize(
    "name", ["x", "../../mine", "0" * 5000, "\x00", "{00000000-0000-0000-0000-000000000000}", "urn:uuid:", "'; drop"]
)
def test_a_name_that_is_none_is_no_form(city: City, name: str) -> None:
    """To look, and to send: the page is as if none had been named, and the words are held under a name of ours."""
    dani = city.signed_in("dani")
    assert dani.get(PAGE, query_string={"typed": name}).status_code == 200
    answer = dani.post(PAGE, data=typed(dani) | {"typed": name})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{PAGE}?typed=")
    assert WORDS in dani.get(answer.headers["Location"]).text


def test_a_form_with_another_sites_or_nobodys_token_holds_nothing(city: City) -> None:
    """Nothing is planted in somebody's form."""
    dani, bo = city.signed_in("dani"), city.signed_in("bo")
    before = rows(city)
    sent = typed(dani)
    for token in ("", "x", token_in(bo.get("/directory/assignment").text)):
        answer = dani.post(PAGE, data=sent | {"csrf_token": token})
        assert answer.status_code == 400
    foreign = dani.post(PAGE, data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert rows(city) == before


def test_what_is_too_long_to_be_held_is_shown_at_once(city: City) -> None:
    """And many mistakes hold no more than a few forms, the newest."""
    dani = city.signed_in("dani")
    before = rows(city)
    long = dani.post(PAGE, data=typed(dani, "å" * LARGEST))
    assert long.status_code == 200
    assert "error-summary" in long.text
    assert rows(city) == before
    there = [held(dani, f"Ord nummer {number}.") for number in range(MOST + 2)]
    shown = [f"Ord nummer {number}." in dani.get(address).text for number, address in enumerate(there)]
    assert shown == [False] * 2 + [True] * MOST


def test_a_form_of_very_many_fields_is_answered(city: City) -> None:
    """Whatever is in it: its own fields are judged, and nobody waits."""
    dani = city.signed_in("dani")
    many = "&".join(f"f{number}=a" for number in range(20_000))
    token = token_in(dani.get(PAGE).text)
    answer = dani.post(
        PAGE, data=f"csrf_token={token}&email=nej&{many}", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (200, 303, 413)


def test_two_posts_under_one_name_hold_one_of_them_whole(city: City) -> None:
    """A tab that was doubled, and both sent in the same moment: neither is a breakdown, and no words are mixed."""
    dani = city.signed_in("dani")
    cookies = {each: dani.get_cookie(each).value for each in ("lotsa_session",)}  # type: ignore[union-attr]
    for _ in range(5):
        name, together = str(uuid4()), Barrier(2)

        def send(words: str, name: str = name, together: Barrier = together) -> Any:
            client = city.client()
            for cookie, value in cookies.items():
                client.set_cookie(cookie, value)
            sent = typed(client, words) | {"typed": name}
            together.wait()
            return client.post(PAGE, data=sent)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(send, ("Det ena.", "Det andra.")))
        assert [(each.status_code, each.headers["Location"]) for each in answers] == [(303, f"{PAGE}?typed={name}")] * 2
        page = dani.get(f"{PAGE}?typed={name}").text
        assert ("Det ena." in page) is not ("Det andra." in page)


def test_no_page_with_somebodys_words_is_kept_by_the_browser_or_shown_in_a_frame(city: City) -> None:
    """Neither by its cache, nor by what lies before it on the way back, nor by another site around it."""
    dani = city.signed_in("dani")
    answer = dani.get(held(dani))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer", "its address goes nowhere"
