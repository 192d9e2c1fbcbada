"""A leaf lies packed in its table, and comes out as the bytes that were signed for."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.log import shorthand
from services.audit.log.entry import MAX_LEAF_BYTES, LeafIsTooLarge, LeafIsWrong, canonical, moment, read_leaf
from services.audit.log.merkle import leaf_hash
from services.audit.log.pack import PACKED, REFUSED, pack, read_hashed, unpack
from services.audit.log.shorthand import NotInShorthand, put_together, taken_apart
from services.audit.log.words import WORDS
from tests.contracts.golden_log import make_golden_log as first
from tests.contracts.golden_log_2 import make_golden_log as second

GOLDEN = [*first.entries()[0], *second.entries()[0][140:]]


def test_every_golden_leaf_comes_out_as_it_went_in() -> None:
    """Of both formats, and shorter by far: names and values that every leaf has are in the dictionary."""
    packed = [pack(leaf) for leaf in GOLDEN]
    assert [unpack(each) for each in packed] == GOLDEN
    assert sum(map(len, packed)) < 0.45 * sum(map(len, GOLDEN))


def test_what_is_packed_is_frozen() -> None:
    """What lies in a table for ever must open for ever: another dictionary is another first byte."""
    kept = bytes.fromhex(
        "0195984d4a43410c80aff20ef002934c6626f11c5e607e322296a714b74211bc833b372e5cb8f602bd494fe0117c958a7fad"
        "c59004b2c822f091bf7ff5f0abbcbc9e6c098bf3e9e2f0fb0183788b6882648ac295b3667391622d6a187be91595d577ca26"
        "461c34d49ca4b58e44a47bd1e925a8f81e2035e781432c90993cb4ac73b6f78a845ff09aefd56dedebbb71583fcef6320e9b"
        "dbe771787db85f0d796ac366f57414ae64920b7304a698804d1aa8ba0a4d2a5631df7aec07d60e9cf514dd09e1710af7f0f4"
        "2d1ff79ef0f41b81b3cb45b3e99301b7137877bc75f211ee047f348c642164b304a52b028b1750df105a60a7de550ad9fd3d"
        "476ede00"
    )
    assert unpack(kept) == second.entries()[0][141]
    kept_now = bytes.fromhex(
        "0223a9955290585492975aa49b9399974dc95c30b0cd0b72dae1561d85c34b80789b8ec2a3a6353a0a1fe6cf685048cc4b51"
        "78d4b0828a518aafc16e841996e9f93929a979c45547585a15b5001583e61e812e9184c4a9ae0626cb9e16fbfc19493f2ae8"
        "e24595ca78ddf12229fb5983f57d03456ba423da995c3391217e8ab44642674e8d990cd8c1c8e3df6f80ecf3cd950280897a"
        "000000000000400080000000000000017e55aee7bf91483893d1d540930c25a0"
    )
    assert unpack(kept_now) == second.entries()[0][141] == unpack(pack(second.entries()[0][141]))


def test_what_is_remembered_is_what_is_read_by_all_its_bytes() -> None:
    """Members and hash of every golden leaf, twice alike; whoever changes members changes nobody else's."""
    for leaf in GOLDEN * 2:
        members, hashed = read_hashed(pack(leaf))
        assert (members, hashed) == (read_leaf(leaf), leaf_hash(leaf))
        members["unit"] = "another"
    changed = GOLDEN[0].replace(b'"occurred_at":"2', b'"occurred_at":"3')
    assert read_hashed(pack(changed)) == (read_leaf(changed), leaf_hash(changed))
    with pytest.raises(LeafIsWrong):
        read_hashed(changed + b" ")


def test_what_an_index_looks_for_stays_in_sight() -> None:
    """What was refused is found by its bytes (migration 0002)."""
    refused = next(leaf for leaf in GOLDEN if REFUSED in leaf)
    assert pack(refused) == refused
    assert all(REFUSED not in pack(leaf) for leaf in GOLDEN if REFUSED not in leaf)


def test_a_python_that_knows_an_hour_24_packs_the_same_leaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some read it as the next day's midnight: put back so, it would be another leaf than was signed for."""

    class Lenient(datetime):
        @classmethod
        def fromisoformat(cls, spelt: str) -> datetime:
            at = datetime.fromisoformat(spelt.replace("T24:", "T00:"))
            return at + timedelta(days="T24:" in spelt)

    leaf = canonical({"at": "2026-11-29T24:00:00Z", "said": "2026-11-29T23:59:59Z and so on " * 3})
    monkeypatch.setattr(shorthand, "datetime", Lenient)
    packed = pack(leaf)
    monkeypatch.undo()
    assert len(packed) < len(leaf)
    assert unpack(packed) == leaf


@given(st.binary(max_size=400))
def test_any_bytes_come_back_or_are_no_leaf(stored: bytes) -> None:
    """Whoever changes the table may write anything there; nothing breaks down."""
    try:
        unpack(stored)
    except LeafIsWrong:
        return
    assert unpack(pack(b"{" + stored)) == b"{" + stored


UNLIKELY = [
    b'{"id":"6f1d2d3e-8f0a-7c52-9d3b-0d1f5b1c7a01"}',
    b'{"id":"ffffffff-ffff-7fff-bfff-ffffffffffff"}',
    b'{"id":"00000000-0000-7000-8000-000000000000","at":"2026-11-21T12:00:00.000001Z"}',
    b'{"at":"2026-11-21T12:00:00.999999Z","id":"019aa5f6-3c00-7000-8000-000000000000","to":"2026-02-30T25:00:00Z"}',
    b'{"at":"0000-01-01T00:00:00Z","to":"9999-12-31T23:59:59.999999Z","up":"0001-01-01T00:00:00Z"}',
    b'{"ids":[' + b",".join(b'"%08x-0000-4000-8000-000000000000"' % each for each in [*range(20), *range(20)]) + b"]}",
    b'{"at":"2026-11-21T12:00:00+00:00","to":"2026-11-21T12:00:00.123Z","hash":"' + b"0" * 63 + b'"}',
    b'{"hash":"' + b"0a" * 40 + b'","id":"6F1D2D3E-8F0A-7C52-9D3B-0D1F5B1C7A01"}',
    b'{"a":"\x05\x10\x01"}',
]
"""Ids of every time, more of them than are remembered, times that there are not, and what only looks like either."""


@pytest.mark.parametrize("leaf", UNLIKELY, ids=lambda leaf: leaf[:60].decode())
def test_whatever_looks_like_an_id_or_a_time_comes_out_as_it_went_in(leaf: bytes) -> None:
    """Byte for byte, however it was spelt."""
    assert unpack(pack(leaf)) == leaf
    for each in (leaf, leaf * 3):
        try:
            words, values = taken_apart(each)
        except NotInShorthand:
            assert b"\x05" in each
        else:
            assert put_together(words, values) == each


@given(
    st.lists(
        st.one_of(
            st.uuids().map(str),
            st.datetimes(timezones=st.just(UTC)).map(moment),
            st.datetimes(timezones=st.just(UTC)).map(lambda at: moment(at)[:19] + "Z"),
            st.builds(lambda at, rest: str(UUID(bytes=at.to_bytes(6, "big") + b"\x70" + rest)),
                      st.integers(0, 2**48 - 1), st.binary(min_size=9, max_size=9)),
            st.binary(min_size=32, max_size=32).map(bytes.hex),
            st.text(),
        )
    )
)  # fmt: skip
def test_any_ids_and_times_come_back(said: list[str]) -> None:
    """In whichever order, once or again."""
    leaf = canonical({"said": [*said, *said]})
    assert unpack(pack(leaf)) == leaf
    assert put_together(*taken_apart(leaf)) == leaf


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_two_parts_make_a_leaf_or_are_none(words: bytes, values: bytes) -> None:
    """Whatever somebody has written there."""
    try:
        put_together(words, values)
    except NotInShorthand:
        return


def test_repeated_marks_are_bounded() -> None:
    """An id in sixteen bytes that is said again by each byte that follows: no more than a leaf may hold."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -14, 9, zlib.Z_DEFAULT_STRATEGY, WORDS)
    bomb = PACKED + packing.compress(b"\x01" + b"\x10" * 60_000) + packing.flush() + bytes(16)
    with pytest.raises(LeafIsTooLarge):
        unpack(bomb)


@pytest.mark.parametrize("stored", [
    PACKED, PACKED + b"\xff", pack(GOLDEN[150])[:-3], pack(GOLDEN[150]) + b"x", PACKED + zlib.compress(GOLDEN[150]),
])  # fmt: skip
def test_what_was_packed_in_another_way_is_no_leaf(stored: bytes) -> None:
    """Cut short, with something behind it, or with another packing."""
    with pytest.raises(LeafIsWrong):
        unpack(stored)


def test_nothing_is_unpacked_to_more_than_a_leaf_can_be() -> None:
    """A few bytes that would fill the memory are refused."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -14)
    bomb = PACKED + packing.compress(bytes(50_000_000)) + packing.flush()
    with pytest.raises(LeafIsWrong):
        unpack(bomb)
    assert len(unpack(pack(b"{" * MAX_LEAF_BYTES))) == MAX_LEAF_BYTES
