"""Every text that comes in is in one form: by a form, an address, a JSON body."""

from __future__ import annotations

import json
import unicodedata
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from marshmallow import ValidationError

from shared.web.api.answers import read_json
from shared.web.normal_form import ReceivedRequest, as_received
from shared.web.text_fields import AtMost, ReadableText

NAME = "Södermalm\n\nÅsa"
TYPED = unicodedata.normalize("NFD", NAME).replace("\n", "\r\n")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def app() -> Flask:
    """An app that repeats what it got."""
    made = Flask(__name__)
    made.request_class = ReceivedRequest

    @made.route("/", methods=["GET", "POST"])
    def repeat() -> dict[str, Any]:
        return {"form": request.form.getlist("a"), "args": request.args.getlist("a"), "all": request.values.get("a")}

    return made


def test_a_form_and_an_address_come_in_one_form(app: Flask) -> None:
    """Urlencoded or in parts, once or several times."""
    client = app.test_client()
    assert client.post("/", data={"a": [TYPED, TYPED]}).get_json() == {"form": [NAME, NAME], "args": [], "all": NAME}
    parts = {"a": TYPED, "file": (BytesIO(b"\r\n"), "a.txt")}
    assert client.post("/", data=parts, content_type="multipart/form-data").get_json()["form"] == [NAME]
    assert client.get("/", query_string={"a": TYPED}).get_json()["args"] == [NAME]
    assert client.post("/", data="", content_type=FORM).get_json()["form"] == []


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_body_comes_in_one_form(ascii_only: bool) -> None:
    """However deep, escaped or not; what is no text is left alone."""
    body = {"a": [TYPED, {"b": TYPED}], "n": 1, "z": None}
    read = read_json(json.dumps(body, ensure_ascii=ascii_only).encode())
    assert read == {"a": [NAME, {"b": NAME}], "n": 1, "z": None}
    assert as_received(read) == read


@pytest.mark.parametrize(
    "text", ["å" * 10, "a\u030a" * 10, "👍" * 5, "\r\n" * 10, "a\r\nb\r\nc\r\nd\r\ne\r\n", "\n" * 10]
)
def test_what_a_browser_lets_through_is_not_too_long(text: str) -> None:
    """Ten by its count: line breaks once, emoji twice, letters however they are put together."""
    AtMost(10)(text)
    with pytest.raises(ValidationError, match=r"Write at most 9 characters\."):
        AtMost(9)(text)


def test_a_required_text_has_something_to_read() -> None:
    """In one form; the sentence says whether nothing is there, or nothing that can be read."""
    name = ReadableText(10, required=True)
    assert name.deserialize(" a\u030a\u200b \r\n b ") == "å b"
    for nothing in ("", " ", "\u200b\u00ad", "\n"):
        with pytest.raises(ValidationError, match="This must be filled in"):
            name.deserialize(nothing)
    for unreadable in ("-", "\u2800", "\u3164", "\u0301", "!?"):
        with pytest.raises(ValidationError, match="words or figures"):
            name.deserialize(unreadable)
    with pytest.raises(ValidationError, match="Say what it is called"):
        ReadableText(10, missing="Say what it is called.").deserialize("\u200b")


def test_an_optional_text_may_be_anything_that_can_be_shown() -> None:
    """Its line breaks are kept where it may have several lines."""
    assert ReadableText(10, lines=True).deserialize("-\r\n-") == "-\n-"
    assert ReadableText(10).deserialize("\u200b") == ""
    for wrong in ("\x00", "\x1b[1m", "a\u202eb"):
        with pytest.raises(ValidationError):
            ReadableText(10).deserialize(wrong)
