"""A leaf lies packed in its table, and comes out as the bytes that were signed for."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.log.entry import MAX_LEAF_BYTES, LeafIsWrong
from services.audit.log.packing import PACKED, REFUSED, pack, unpack
from tests.contracts.golden_log import make_golden_log as first
from tests.contracts.golden_log_2 import make_golden_log as second

GOLDEN = [*first.entries()[0], *second.entries()[0][140:]]


def test_every_golden_leaf_comes_out_as_it_went_in() -> None:
    """Of both formats, and shorter by far: names and values that every leaf has are in the dictionary."""
    packed = [pack(leaf) for leaf in GOLDEN]
    assert [unpack(each) for each in packed] == GOLDEN
    assert sum(map(len, packed)) < 0.6 * sum(map(len, GOLDEN))


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


def test_what_an_index_looks_for_stays_in_sight() -> None:
    """What was refused is found by its bytes (migration 0002)."""
    refused = next(leaf for leaf in GOLDEN if REFUSED in leaf)
    assert pack(refused) == refused
    assert all(REFUSED not in pack(leaf) for leaf in GOLDEN if REFUSED not in leaf)


@given(st.binary(max_size=400))
def test_any_bytes_come_back_or_are_no_leaf(stored: bytes) -> None:
    """Whoever changes the table may write anything there; nothing breaks down."""
    try:
        unpack(stored)
    except LeafIsWrong:
        return
    assert unpack(pack(b"{" + stored)) == b"{" + stored


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
