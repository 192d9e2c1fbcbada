"""The search for marks finds them in every disguise; a search that finds nothing proves nothing otherwise."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import quote

import pytest
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import URLSafeTimedSerializer

from tests.support.marks import Marks, a_mark

MARK = a_mark("Namn")
MARKS = Marks({"name": (MARK,), "phone": ("1740671",)})


@pytest.mark.parametrize(
    "content",
    [
        MARK,
        MARK.upper(),
        f"före {MARK} efter",
        json.dumps({"name": MARK}),
        quote(f"/sök?namn={MARK}"),
        MARK.encode().hex(),
        f"\\x{(MARK + 'å').encode().hex()}",
        MARK.encode("utf-16-le"),
        gzip.compress(f"<p>{MARK}</p>".encode()),
        *(base64.b64encode(b"x" * offset + MARK.encode() + b"yz").decode() for offset in range(7)),
        *(base64.urlsafe_b64encode(("å" * offset + MARK).encode()).decode().rstrip("=") for offset in range(4)),
        URLSafeTimedSerializer("key", serializer=TaggedJSONSerializer()).dumps({"draft": f"{MARK} " + "lång " * 200}),
    ],
    # the mark is another one in every process, and tests are told apart by name
    ids=lambda _: "disguise",
)
def test_a_mark_is_found_in_every_disguise(content: str | bytes) -> None:
    """Plain, escaped, encoded, packed in a cookie."""
    assert MARKS.found_in(content) == {"name"}


@pytest.mark.parametrize("written", ["070-1740671", "+46701740671", "tel:0701740671"])
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    """Its last digits are the same."""
    assert MARKS.found_in(written) == {"phone"}


def test_nothing_is_found_where_nothing_is() -> None:
    """Another mark of the same field is not this one."""
    assert MARKS.found_in(f"{a_mark('Namn')} 070-1740672".encode()) == set()
