"""Whatever is sent, it is read in a time that grows with its length alone: nobody can keep a service busy with a text.

Put in order by Unicode's own rule, a row of accents takes the square of its length: half a megabyte of them would take
the better part of an hour, with nobody else answered meanwhile.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from flask import Flask, request

from shared.vocabulary.domain_name import parse_domain
from shared.vocabulary.email_address import parse_email
from shared.vocabulary.hours import parse_time_of_day
from shared.vocabulary.identity_number import parse_identity_number
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread
from shared.vocabulary.postal_code import parse_postal_code
from shared.vocabulary.readable_text import CannotBeShown, length, one_line, reads_as, received, several_lines
from shared.vocabulary.reference_number import parse_reference_number
from shared.vocabulary.stacks import HIGHEST, is_stacked
from shared.vocabulary.telephone import parse_telephone
from shared.vocabulary.telephone_text import parse_several
from shared.vocabulary.web_address import parse_web_address
from shared.web.api.answers import read_json
from shared.web.normal_form import ReceivedRequest

# what is put in order, or put together, by Unicode's rules; what Tibetan and half-width signs stand for as well
PILED = ("\u0327\u0300", "\u0300\u0327", "\u0f73", "\uff9e\u0327", "\U0001d165\u0323", "\u0308\u0301")
LONG = 60_000
# seconds; by the square of the length it would be minutes
PATIENCE = 1.5
READERS: dict[str, Callable[[str], Any]] = {
    "received": received,
    "one line": one_line,
    "several lines": several_lines,
    "length": length,
    "reads as": reads_as,
    "keyboard marks": keyboard_marks,
    "telephone": parse_telephone,
    "telephones in a text": parse_several,
    "identity number": lambda text: parse_identity_number(text, date(2026, 11, 30)),
    "reference number": parse_reference_number,
    "postal code": parse_postal_code,
    "time of day": parse_time_of_day,
    "e-mail": parse_email,
    "web address": parse_web_address,
    "domain": lambda text: parse_domain(text[:253]),
}


def taken(act: Callable[[], object]) -> float:
    """How long it takes, in seconds."""
    begun = time.process_time()
    with suppress(Misread):
        act()
    return time.process_time() - begun


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piled", PILED, ids=ascii)
def test_accents_without_end_keep_nobody_busy(reader: str, piled: str) -> None:
    """Every reader of a text, page's and API's."""
    text = "a" + piled * (LONG // len(piled))
    assert taken(lambda: READERS[reader](text)) < PATIENCE


def test_a_number_of_a_million_characters_keeps_nobody_busy() -> None:
    """One Arabic sign stands for eighteen letters."""
    assert taken(lambda: parse_telephone("\ufdfa" * LONG)) < PATIENCE
    assert taken(lambda: parse_reference_number("\ufdfa" * LONG)) < PATIENCE


@pytest.mark.parametrize("row", ["112 ", "1177, ", "112 08-465 004 01 ", "08-465 004 01, "])
def test_telephone_numbers_without_end_keep_nobody_busy(row: str) -> None:
    """Each is held against those beside it, not against all: eight times the text, and not sixty-four times the time.

    The text about them, as a page shows it, is no longer than its field; a value kept by a system of old may be.
    """
    short, long = row * (1_000 // len(row)), row * (8_000 // len(row))
    parse_several(short)
    # the quickest of several: what else the machine does is no part of it
    quickest = [min(taken(lambda text=text: parse_several(text)) for _ in range(4)) for text in (short, long)]
    assert quickest[1] < 32 * max(quickest[0], 0.002)


def test_nor_do_they_by_a_form_an_address_or_json() -> None:
    """Before anybody has asked who sends it."""
    app = Flask(__name__)
    app.request_class = ReceivedRequest
    app.add_url_rule("/", "read", lambda: str(len(request.form) + len(request.args)), methods=["POST"])
    piled = "a" + "\u0327\u0300" * (LONG // 2)
    client = app.test_client()
    assert taken(lambda: client.post("/", data={"a": piled})) < PATIENCE
    assert taken(lambda: client.post("/", query_string={"a": piled[:20_000]})) < PATIENCE
    assert taken(lambda: read_json(f'{{"a": "{piled}"}}'.encode())) < PATIENCE


@pytest.mark.parametrize("form", [one_line, several_lines])
def test_a_field_refuses_them_and_takes_what_languages_write(form: Callable[[str], str]) -> None:
    """Thirty on one letter is Unicode's own bound."""
    with pytest.raises(CannotBeShown):
        form("a" + "\u0301" * (HIGHEST + 1))
    # held apart by what no reader sees
    with pytest.raises(CannotBeShown):
        form("a" + "\u0301\u200b" * (HIGHEST + 1))
    assert form("a" + "\u0323" * HIGHEST)
    assert form("Tiếng Việt, עִבְרִית, हिन्दी, ไทยที่นี่") == "Tiếng Việt, עִבְרִית, हिन्दी, ไทยที่นี่"


def test_all_that_combines_counts_wherever_unicode_has_it() -> None:
    """Over the whole of Unicode: what, taken apart, begins with a sign that combines."""
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
            assert is_stacked("a" + character * (HIGHEST + 1)), hex(code)


def test_signs_and_pictures_in_a_row_are_no_stack() -> None:
    """A line of dashes, of emoji, of Chinese."""
    for row in ("–" * 100, "👨\u200d👩" * 50, "漢字" * 50, "é" * 100, "e\u0301" * 100, " \u0301" * 100):
        assert not is_stacked(row)
