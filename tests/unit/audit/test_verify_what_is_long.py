"""The lonely verifier holds little of an export, however long it is, or says that it is once unpacked."""

from __future__ import annotations

import json
import pathlib
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.audit import verify
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.entry import commitment, leaf_bytes, new_salt
from services.audit.log.keys import SignerKey
from services.audit.log.layout import Opening, export_files, zip_pieces
from services.audit.log.merkle import Frontier, leaf_hash
from services.audit.log.shown_set import MEMBER, Shown
from tests.contracts.golden_log import make_golden_log

GOLDEN = pathlib.Path(make_golden_log.__file__).parent
KEY = (GOLDEN / "key.txt").read_text().strip()
MEGABYTE = 1 << 20
LITTLE = 4 * MEGABYTE
ENTRIES, LONG_VALUE, SETS = 1_024, "x" * 16_000, 20_000
BEGINNING = datetime(2026, 11, 30, tzinfo=UTC)
SIGNER = SignerKey("lotsa/audit", bytes(range(32)))


def most_held(act: Callable[[], object]) -> int:
    """The most bytes that were held at once while it was done."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def sets(first: int, number: int) -> Iterator[Shown]:
    """What lists showed, each another."""
    for each in range(first, first + number):
        yield Shown.of([UUID(int=each * 5 + place) for place in range(5)], [])


@pytest.fixture(scope="module")
def long_export(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A log whose openings, and what lists showed, are a hundred times as long as its entries."""
    leaves, openings, tree = [], [], Frontier()
    for index, shown in enumerate(sets(0, ENTRIES)):
        at, salt = BEGINNING + timedelta(seconds=index), new_salt()
        members = {
            "id": str(UUID(int=index)), "type": "access.recorded.v1", "occurred_at": "2026-11-30T00:00:00.000000Z",
            "agent": {"kind": "staff"}, "commitments": {"user": commitment("user", LONG_VALUE, salt)},
            MEMBER: {"consents": 0, "count": 5, "digest": shown.digest.hex()},
        }  # fmt: skip
        leaves.append(leaf_bytes(members, at))
        openings.append(Opening(index, "user", salt, LONG_VALUE))
        tree.append(leaf_hash(leaves[-1]))
    note = SIGNER.sign(Checkpoint(SIGNER.verifier.name, tree.size, tree.root()))
    path = tmp_path_factory.mktemp("long") / "log.zip"
    laid = export_files(leaves, checkpoint=note, checkpoints=[note], openings=openings, sets=sets(0, SETS))
    with path.open("wb") as file:
        file.writelines(zip_pieces(laid))
    return path


@pytest.mark.parametrize("packed", [True, False], ids=["a ZIP file", "a folder"])
def test_a_long_export_is_read_and_not_held(long_export: pathlib.Path, tmp_path: pathlib.Path, packed: bool) -> None:
    """Twenty megabytes of openings and sets, and not a fifth of that at any moment."""
    export, reports = long_export, []
    with zipfile.ZipFile(long_export) as archive:
        assert sum(each.file_size for each in archive.infolist()) > 5 * LITTLE
        if not packed:
            export = tmp_path / "export"
            archive.extractall(export)
    key = verify.Key.from_text(str(SIGNER.verifier))
    held = most_held(lambda: reports.append(verify.verify(verify.reader(export), key)))
    assert [(each.size, each.opened, each.shown) for each in reports] == [(ENTRIES, ENTRIES, ENTRIES)]
    assert held < LITTLE, f"{held / MEGABYTE:.1f} MB were held"


def bomb(folder: pathlib.Path, place: str, filling: bytes, megabytes: int, how: int = zipfile.ZIP_DEFLATED) -> str:
    """The golden export, and in one file's place as much of the same."""
    path = folder / "bomb.zip"
    golden = GOLDEN / "export"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in filter(pathlib.Path.is_file, golden.rglob("*")):
            if str(each.relative_to(golden)) != place:
                archive.write(each, each.relative_to(golden))
        member = zipfile.ZipInfo(place)
        member.compress_type = how
        with archive.open(member, "w", force_zip64=True) as file:
            for _ in range(megabytes):
                file.write(filling * (MEGABYTE // len(filling)))
    return str(path)


@pytest.mark.parametrize("filling", [b"a", b"[", b"\x00", b"\xff"])
@pytest.mark.parametrize("place", [
    "checkpoint", "checkpoints.jsonl", "openings.jsonl", "shown.jsonl", "tile/entries/000", "tile/0/000",
])  # fmt: skip
def test_a_bomb_is_not_unpacked(
    tmp_path: pathlib.Path, place: str, filling: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few kilobytes that say sixty-four megabytes of one line: told in a sentence, or, where it is only to tell which
    entry is wrong, not believed."""
    archive = bomb(tmp_path, place, filling, 64)
    codes: list[int] = []
    held = most_held(lambda: codes.append(verify.main([archive, "--key", KEY])))
    assert codes == [0 if place == "tile/0/000" else 1]
    assert ("The log holds" in capsys.readouterr().out) is (place == "tile/0/000")
    assert held < 20 * MEGABYTE, f"{held / MEGABYTE:.1f} MB were held"


SET = b'{"shown":["00000000-0000-0000-0000-000000000007"],"consents":[]}\n'
OPENED = b'{"erased":true,"index":299,"name":"user"}\n'
NOTE = json.dumps((GOLDEN / "export" / "checkpoint").read_text()).encode() + b"\n"


@pytest.mark.parametrize(("place", "line"), [
    ("shown.jsonl", SET), ("openings.jsonl", OPENED), ("checkpoints.jsonl", NOTE), ("openings.jsonl", b"\n"),
])  # fmt: skip
def test_lines_without_end_are_not_gathered(tmp_path: pathlib.Path, place: str, line: bytes) -> None:
    """Each right by itself, and as many as one likes: whatever is said of them, they are not held."""
    archive = bomb(tmp_path, place, line, 1)
    held = most_held(lambda: verify.main([archive, "--key", KEY]))
    assert held < MEGABYTE / 2, f"{held / MEGABYTE:.1f} MB were held"


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_what_is_packed_as_no_export_is_is_not_unpacked(
    tmp_path: pathlib.Path, how: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those may ask for any memory, and say a thousand times more in a byte."""
    assert verify.main([bomb(tmp_path, "openings.jsonl", OPENED, 1, how), "--key", KEY]) == 1
    assert "packed in a way that no export is" in capsys.readouterr().out


def test_openings_come_in_the_order_of_their_entries(tmp_path: pathlib.Path) -> None:
    """So that one is read beside its entry; another order is told by the entry whose opening comes late."""
    export = tmp_path / "export"
    shutil.copytree(GOLDEN / "export", export)
    file = export / "openings.jsonl"
    first, *others = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*others, first]))
    with pytest.raises(verify.OpeningIsWrong) as caught:
        verify.verify(verify.reader(export), verify.Key.from_text(KEY))
    assert caught.value.first == json.loads(first)["index"]
