"""What is sealed of a referral is packed first: it says the same; what was sealed before is read, all else refused."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.adapters import parts as packing
from services.referral.adapters.parts import (
    MOST_BYTES,
    PACKED,
    carer_from_text,
    carer_to_text,
    open_part,
    pack,
    person_from_text,
    person_to_text,
    seal_part,
    unpack,
)
from services.referral.domain.people import Channel, SafeContact
from shared.storage.encryption import MasterKey, Unreadable
from tests.support import cast
from tests.support.builders.referrals import a_need

CARER = replace(
    cast.FRANS, safe_contact=SafeContact(channels=frozenset({Channel.PHONE}), hours_from=time(9), hours_to=time(11, 30))
)
NEED = a_need()
GUN = replace(cast.GUN, year_of_birth=None)
# made when the dictionary was: whatever was packed under it is there for ever
OF_THE_FIRST_DAY = bytes.fromhex("01c39ffedc4bf314028af2cb8a8bc18525c1b408529f9e73781b38bf01eba0e2d43c3da55a00")


def test_a_part_says_what_it_said() -> None:
    """Both parts, and half of what they took."""
    for said in (carer_to_text(CARER, NEED), person_to_text(GUN)):
        assert unpack(pack(said)) == said
        assert pack(said)[:1] == PACKED
    assert len(pack(carer_to_text(CARER, NEED))) < len(carer_to_text(CARER, NEED).encode()) / 2
    assert carer_from_text(unpack(pack(carer_to_text(CARER, NEED)))) == (CARER, NEED)
    assert person_from_text(unpack(pack(person_to_text(GUN)))) == GUN


@given(st.text(max_size=4_000), st.text(max_size=200))
def test_whatever_is_written_comes_back(why: str, name: str) -> None:
    """Long, empty, or of signs that nobody expects."""
    said = carer_to_text(replace(CARER, name=name), replace(NEED, why=why))
    assert unpack(pack(said)) == said


def test_what_was_packed_on_the_first_day_is_read() -> None:
    """The dictionary is frozen: one that is changed would read this as something else, or not at all."""
    assert unpack(OF_THE_FIRST_DAY) == person_to_text(GUN)


def test_what_was_sealed_before_there_was_packing_is_read() -> None:
    """The JSON itself, as every version until 0.1 sealed it."""
    key, _ = MasterKey.generate("referral-1").new_data_key()
    row, said = uuid4(), person_to_text(GUN)
    assert open_part(key, row, key.seal("contents", "body", row, said)) == said
    assert open_part(key, row, seal_part(key, row, said)) == said


@pytest.mark.parametrize(
    "stored",
    [
        b"\x01",
        b"\x01not packed",
        b"\xff\xfe",
        pack(person_to_text(GUN)) + b"more",
        pack(person_to_text(GUN))[:-3],
    ],
)
def test_anything_else_is_unreadable(stored: bytes) -> None:
    """Cut, lengthened, or never packed: said by the one exception that readers expect."""
    key, _ = MasterKey.generate("referral-1").new_data_key()
    row = uuid4()
    with pytest.raises(Unreadable):
        open_part(key, row, key.seal_bytes("contents", "body", row, stored))


@pytest.mark.parametrize("length", [MOST_BYTES - 1, MOST_BYTES, MOST_BYTES + 1, MOST_BYTES * 2])
def test_whatever_is_sealed_can_be_opened(length: int) -> None:
    """Also at and beyond the length to which anything is unpacked: else it would be sealed for ever."""
    assert unpack(pack("a" * length)) == "a" * length


def test_nothing_is_unpacked_beyond_any_part() -> None:
    """A few hundred bytes can say a gigabyte of the same; it is given up at a megabyte."""
    packing_it = zlib.compressobj(9, zlib.DEFLATED, -packing.WINDOW, zdict=packing._DICTIONARY)
    bomb = PACKED + packing_it.compress(json.dumps("a" * MOST_BYTES * 8).encode()) + packing_it.flush()
    assert len(bomb) < MOST_BYTES / 50
    with pytest.raises(ValueError, match="longer than any part"):
        unpack(bomb)
