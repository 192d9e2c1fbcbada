"""A leaf has one spelling, a largest size, and commitments instead of what may be erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.audit import verify
from services.audit.log.entry import (
    FORMAT_1,
    MAX_LEAF_BYTES,
    LeafIsIncomplete,
    LeafIsNotCanonical,
    LeafIsTooLarge,
    canonical,
    commitment,
    leaf_bytes,
    moment,
    new_salt,
    opens,
    read_leaf,
)

NOW = datetime(2026, 11, 21, 23, 6, 21, 5, tzinfo=UTC)
OF_THE_FIRST = {"id": "0198", "type": "referral.sent.v1", "occurred_at": moment(NOW), "data": {"version": 1}}
MEMBERS = {**OF_THE_FIRST, "agent": {"kind": "staff"}}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_leaf_reads_back_as_it_was_written() -> None:
    """Writing and reading are each other's inverse; both times are in the leaf."""
    leaf = leaf_bytes(MEMBERS, NOW + timedelta(seconds=1))
    assert read_leaf(leaf) == {**MEMBERS, "format": "lotsa-leaf/2", "recorded_at": "2026-11-21T23:06:22.000005Z"}


def test_a_leafs_bytes_are_frozen() -> None:
    """These bytes are the format; if they change, old logs no longer verify."""
    said = {"data": {"ö": ["é", None, True, -0], "\n": 9007199254740991}}
    rest = (
        '"id":"0198","occurred_at":"2026-11-21T23:06:21.000005Z","recorded_at":"2026-11-21T23:06:21.000005Z",'
        '"type":"referral.sent.v1"}'
    )
    data = '"data":{"\\n":9007199254740991,"ö":["é",null,true,0]},"format":'
    first = leaf_bytes({**OF_THE_FIRST, **said}, NOW, FORMAT_1)
    assert first == ("{" + data + '"lotsa-leaf/1",' + rest).encode()
    second = leaf_bytes({**MEMBERS, **said}, NOW)
    assert second == ('{"agent":{"kind":"staff"},' + data + '"lotsa-leaf/2",' + rest).encode()


def test_moments_sort_as_text() -> None:
    """Always UTC, always six decimals."""
    assert moment(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-01T00:00:00.000000Z"


def test_a_leaf_has_a_largest_size() -> None:
    """65,535 bytes fit; one more is refused, in writing and in reading."""
    room = MAX_LEAF_BYTES - len(leaf_bytes({**MEMBERS, "data": {"text": ""}}, NOW))
    largest = leaf_bytes({**MEMBERS, "data": {"text": "x" * room}}, NOW)
    assert len(largest) == MAX_LEAF_BYTES == len(canonical(read_leaf(largest)))
    with pytest.raises(LeafIsTooLarge):
        leaf_bytes({**MEMBERS, "data": {"text": "x" * (room + 1)}}, NOW)
    with pytest.raises(LeafIsTooLarge):
        read_leaf(largest + b" ")


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {"deep": [0.1]}, "\ud800", (1.0,)])
def test_what_has_no_single_spelling_is_refused(value: object) -> None:
    """Fractions, large integers and lone surrogates never enter a leaf."""
    with pytest.raises(LeafIsNotCanonical):
        leaf_bytes({**MEMBERS, "data": value}, NOW)


@pytest.mark.parametrize("change", [
    lambda leaf: leaf.replace(b'"id"', b' "id"'),
    lambda leaf: leaf.replace(b'"version":1', b'"version":1.0'),
    lambda leaf: leaf.replace(b'"version":1', b'"version":1,"version":1'),
    lambda leaf: leaf[:-1],
    lambda leaf: b"\xff",
    lambda leaf: b"[" * 60_000,
])  # fmt: skip
def test_another_spelling_of_a_leaf_is_not_a_leaf(change) -> None:
    """Spaces, other numbers, doubled members and rubbish are refused."""
    with pytest.raises(LeafIsNotCanonical):
        read_leaf(change(leaf_bytes(MEMBERS, NOW)))


@pytest.mark.parametrize("leaf", [b"[]", b'"text"', b"{}", b'{"format":"lotsa-leaf/2"}', b'{"format":"lotsa-leaf/3"}'])
def test_a_leaf_has_what_every_leaf_has(leaf: bytes) -> None:
    """An object, of this format, with id, type and both times."""
    with pytest.raises(LeafIsIncomplete):
        read_leaf(leaf)


@pytest.mark.parametrize("name", ["id", "type", "occurred_at"])
def test_a_leaf_without_a_required_member_is_not_written(name: str) -> None:
    """What every leaf has cannot be left out."""
    with pytest.raises(LeafIsIncomplete, match=name):
        leaf_bytes({each: value for each, value in MEMBERS.items() if each != name}, NOW)


@given(VALUES)
def test_our_fast_spelling_is_the_librarys(value: object) -> None:
    """Whatever the names are, the bytes are those of the reference library for RFC 8785."""
    assert canonical({"value": value}) == rfc8785.dumps({"value": value})


def test_names_are_ordered_as_utf_16() -> None:
    """RFC 8785, 3.2.3: a name beyond the basic plane sorts by its surrogates, before U+FB33."""
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@given(VALUES)
def test_the_lonely_verifier_spells_as_the_log_does(value: object) -> None:
    """Two writers of canonical JSON, the library's and the verifier's own, agree."""
    assert verify._canonical({"value": value}) == canonical({"value": value})


@given(VALUES, st.text(), VALUES)
def test_a_commitment_opens_for_its_value_only(value: object, name: str, other: object) -> None:
    """Name, value and salt must all be those committed to."""
    salt = new_salt()
    committed = commitment(name, value, salt)
    assert opens(committed, name, value, salt)
    assert not opens(committed, name, value, new_salt())
    assert not opens(committed, name + "x", value, salt)
    if canonical({"v": other}) != canonical({"v": value}):
        assert not opens(committed, name, other, salt)


def test_a_commitments_bytes_are_frozen() -> None:
    """HMAC-SHA-256 of the canonical name and value under the salt."""
    user = {"issuer": "https://id.example.se", "subject": "ester"}
    assert commitment("user", user, bytes(32)) == "658d8438b355de2b759d9d4f0fb873995ba1b076f0450989585b9acb9d71900e"
