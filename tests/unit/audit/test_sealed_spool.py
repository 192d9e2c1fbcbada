"""An export on its way to a reader can be read nowhere but there."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.audit.adapters import sealed_spool
from services.audit.adapters.sealed_spool import PIECE, SealedSpool
from services.audit.log.layout import write_zip

NAME = b"Alva Andersson "


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[IO[bytes]]]:
    """The temporary files that are made, on the disk from the first byte."""
    made: list[IO[bytes]] = []

    def on_disk(_: int) -> IO[bytes]:
        made.append(tempfile.TemporaryFile())  # noqa: SIM115 - closed below
        return made[-1]

    monkeypatch.setattr(sealed_spool.tempfile, "SpooledTemporaryFile", on_disk)
    yield made
    for file in made:
        file.close()


def test_what_lies_on_the_disk_says_nothing(files: list[IO[bytes]]) -> None:
    """More than any memory limit, written as an export is: the file holds no piece of it, and the reader gets all."""
    spool = SealedSpool()
    text = NAME * 700_000
    assert len(text) > sealed_spool.IN_MEMORY
    for start in range(0, len(text), 100_003):
        spool.write(text[start : start + 100_003])
    files[0].flush()
    files[0].seek(0)
    on_disk = files[0].read()
    assert len(on_disk) > sealed_spool.IN_MEMORY
    # the whole name: four letters stand by chance in so many random bytes once in some four hundred runs
    assert NAME not in on_disk
    assert b"".join(spool.pieces()) == text
    assert spool.size == len(text)
    assert files[0].closed


def test_two_files_of_the_same_contents_look_different(files: list[IO[bytes]]) -> None:
    """Each has a key of its own, so neither tells anything of the other."""
    for _ in range(2):
        SealedSpool().write(NAME * PIECE)
    sealed = []
    for file in files:
        file.seek(0)
        sealed.append(file.read())
    assert sealed[0] != sealed[1]


def test_a_changed_file_is_noticed(files: list[IO[bytes]]) -> None:
    """One bit, and the download breaks off rather than lie."""
    spool = SealedSpool()
    spool.write(NAME * PIECE)
    files[0].seek(7)
    byte = files[0].read(1)
    files[0].seek(7)
    files[0].write(bytes([byte[0] ^ 1]))
    with pytest.raises(InvalidTag):
        b"".join(spool.pieces())
    spool.close()


@given(st.lists(st.sampled_from([0, 1, 17, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE]), max_size=6))
def test_whatever_the_sizes_all_comes_back_in_order(lengths: list[int]) -> None:
    """Empty, shorter and longer than a piece."""
    parts = [bytes([number]) * length for number, length in enumerate(lengths)]
    spool = SealedSpool()
    for part in parts:
        assert spool.write(part) == len(part)
    assert spool.size == sum(lengths)
    assert b"".join(spool.pieces()) == b"".join(parts)


def test_a_zip_file_can_be_written_to_it() -> None:
    """It cannot be sought in, and need not be."""
    spool = SealedSpool()
    write_zip([("one", [b"1" * 100_000]), ("two", [b"2"])], spool)
    with zipfile.ZipFile(io.BytesIO(b"".join(spool.pieces()))) as archive:
        assert archive.read("one") == b"1" * 100_000
        assert archive.read("two") == b"2"


def test_a_reader_who_goes_away_leaves_nothing(files: list[IO[bytes]]) -> None:
    """Closing lets go of the file, and may be done twice."""
    spool = SealedSpool()
    spool.write(NAME * PIECE)
    next(spool.pieces())
    spool.close()
    spool.close()
    assert files[0].closed
