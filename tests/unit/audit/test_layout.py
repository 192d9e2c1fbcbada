"""An export is laid out as tlog-tiles says."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.log.layout import (
    BundleIsMalformed,
    Opening,
    Tiles,
    decode_bundle,
    encode_bundle,
    export_files,
    tile_path,
    zip_pieces,
)
from services.audit.log.merkle import Frontier, leaf_hash, root_of


@pytest.mark.parametrize(("arguments", "path"), [
    (("entries", 0), "tile/entries/000"),
    ((0, 1234067), "tile/0/x001/x234/067"),
    ((2, 999, 17), "tile/2/999.p/17"),
    ((1, 1000), "tile/1/x001/000"),
])  # fmt: skip
def test_paths_are_those_of_the_specification(arguments, path: str) -> None:
    """Three digits an element, all but the last with an x; a partial tile names its width."""
    assert tile_path(*arguments) == path


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back_as_it_was_written(leaves: list[bytes]) -> None:
    """Length-prefixed leaves; a bundle cut short is refused."""
    bundle = encode_bundle(leaves)
    assert decode_bundle(bundle) == leaves
    if leaves:
        with pytest.raises(BundleIsMalformed):
            decode_bundle(bundle[:-1])


@given(st.sampled_from([0, 1, 255, 256, 257, 511, 512, 70_000]))
@settings(deadline=None, max_examples=8)
def test_tiles_have_the_numbers_and_widths_of_the_specification(size: int) -> None:
    """The specification's own example: 70,000 entries give 273 full and one partial tile below, then 1 + 1, then 1."""
    tiles = Tiles()
    edge = Frontier()
    paths: list[tuple[str, int]] = []
    for number in range(size):
        hashed = number.to_bytes(32, "big")
        edge.append(hashed)
        paths += [(path, len(tile) // 32) for path, tile in tiles.add(hashed)]
    paths += [(path, len(tile) // 32) for path, tile in tiles.partial()]
    by_level = [sum(1 for path, _ in paths if path.startswith(f"tile/{level}/")) for level in range(4)]
    assert sum(by_level) == len(paths)
    if size == 70_000:
        assert by_level == [274, 2, 1, 0]
        assert {("tile/0/273.p/112", 112), ("tile/1/001.p/17", 17), ("tile/2/000.p/1", 1)} <= set(paths)
    if size == 256:
        assert paths == [("tile/0/000", 256), ("tile/1/000.p/1", 1)]


def test_a_full_tile_is_one_hash_of_the_tile_above() -> None:
    """Level 1 holds the root of each full tile of level 0."""
    tiles = Tiles()
    hashes = [leaf_hash(bytes([number])) for number in range(256)]
    for hashed in hashes:
        list(tiles.add(hashed))
    assert list(tiles.partial()) == [("tile/1/000.p/1", root_of(hashes))]


def test_the_same_log_gives_the_same_zip() -> None:
    """No time of packing, no order of chance; what has been given away is never gone back to."""

    def packed() -> bytes:
        files = export_files(
            (str(number).encode() for number in range(300)),
            checkpoint="note\n",
            checkpoints=["old\n", "note\n"],
            openings=[Opening(3, "user", bytes(32), {"subject": "å"})],
        )
        return b"".join(zip_pieces(files))

    first = packed()
    assert first == packed()
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.testzip() is None
    assert archive.namelist() == [
        "checkpoint", "checkpoints.jsonl", "tile/0/000", "tile/entries/000", "tile/entries/001.p/44",
        "tile/0/001.p/44", "tile/1/000.p/1", "openings.jsonl",
    ]  # fmt: skip
    assert archive.read("checkpoints.jsonl") == b'"old\\n"\n"note\\n"\n'
    assert archive.infolist()[2].compress_type == zipfile.ZIP_DEFLATED
