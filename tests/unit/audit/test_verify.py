"""What the lonely verifier says of the golden log, whole and tampered with. Each test says what was done to it."""

from __future__ import annotations

import ast
import io
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from services.audit import verify
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.entry import FORMAT_1, leaf_bytes, read_leaf
from services.audit.log.kept_note import note_from_file
from services.audit.log.keys import SignerKey
from services.audit.log.layout import decode_bundle, encode_bundle, export_files
from services.audit.log.merkle import Frontier, leaf_hash
from tests.contracts.golden_log import make_golden_log
from tests.support.kept_notes import NO_NOTE, STILL_THE_NOTE
from tools.syntax import tree_of

GOLDEN = pathlib.Path(make_golden_log.__file__).parent
KEY = verify.Key.from_text((GOLDEN / "key.txt").read_text())
FIRST, LAST = "tile/entries/000", "tile/entries/001.p/44"
Files = dict[str, bytes]


@pytest.fixture
def files() -> Files:
    """The golden export, to be changed freely."""
    export = GOLDEN / "export"
    return {str(each.relative_to(export)): each.read_bytes() for each in export.rglob("*") if each.is_file()}


def check(files: Files, *known: str, key: verify.Key = KEY) -> verify.Report:
    return verify.verify(opening(files), key, known)


def opening(files: Files) -> verify.Open:
    """As files of a folder are opened."""
    return lambda path: io.BytesIO(files[path]) if path in files else None


def wrong(files: Files, *known: str, key: verify.Key = KEY) -> verify.LogIsWrong:
    with pytest.raises(verify.LogIsWrong) as caught:
        check(files, *known, key=key)
    return caught.value


def suspects(found: verify.LogIsWrong) -> range:
    """The entries among which the verifier says that the first wrong one is."""
    assert found.first is not None
    assert found.last is not None
    return range(found.first, found.last + 1)


def without_tiles(files: Files) -> Files:
    return {path: kept for path, kept in files.items() if not path.startswith("tile/0/")}


def leaves_of(files: Files) -> list[bytes]:
    return decode_bundle(files[FIRST]) + decode_bundle(files[LAST])


def lay(files: Files, leaves: list[bytes]) -> None:
    files[FIRST], files[LAST] = encode_bundle(leaves[:256]), encode_bundle(leaves[256:])


def notes_of(files: Files) -> list[str]:
    return [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]


def resign(leaves: list[bytes], sizes: tuple[int, ...], signer: SignerKey) -> Files:
    """An export of a whole new history, signed anew at these sizes."""
    tree, notes = Frontier(), []
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
        if tree.size in sizes:
            notes.append(signer.sign(Checkpoint(signer.verifier.name, tree.size, tree.root())))
    laid = export_files(leaves, checkpoint=notes[-1], checkpoints=notes, openings=[])
    return {path: b"".join(pieces) for path, pieces in laid}


def test_the_golden_log_holds(files: Files) -> None:
    """A log made once and kept in the repository verifies for ever, with its erased values."""
    report = check(files)
    assert (report.size, report.checkpoints, report.opened, report.closed) == (300, 8, 257, 43)
    assert report.first_recorded_at == "2026-01-01T08:00:01.000000Z"
    assert report.last_recorded_at == "2026-01-01T12:59:01.000000Z"


def test_the_golden_log_is_what_todays_code_writes(tmp_path: pathlib.Path, files: Files) -> None:
    """Making it anew gives the same bytes: the format has not moved."""
    make_golden_log.make(tmp_path)
    export = tmp_path / "export"
    assert {str(each.relative_to(export)): each.read_bytes() for each in export.rglob("*") if each.is_file()} == files
    assert (tmp_path / "key.txt").read_text() == (GOLDEN / "key.txt").read_text()


def test_after_erasure_every_entry_still_holds(files: Files) -> None:
    """All salts and values destroyed: the log verifies, and nothing can be opened."""
    del files["openings.jsonl"]
    report = check(files)
    assert (report.opened, report.closed) == (0, 300)


@pytest.mark.parametrize("strip", [dict, without_tiles], ids=["with tiles", "without tiles"])
@pytest.mark.parametrize("index", [0, 2, 255, 256, 299])
def test_a_changed_leaf_is_named(files: Files, index: int, strip: Callable[[Files], Files]) -> None:
    """One leaf rewritten (and canonical): named exactly by the tiles, and within its batch without them."""
    leaves = leaves_of(files)
    leaves[index] = leaves[index].replace(b'"version":', b'"version":1')
    lay(files, leaves)
    found = wrong(strip(files))
    assert isinstance(found, verify.EntryIsWrong)
    assert index in suspects(found)
    if strip is dict:
        assert found.first == found.last == index
        assert {"leaf", "hash", "signed_hash", "checkpoint"} <= set(found.evidence)
    else:
        assert {"leaf", "computed_root", "signed_root", "checkpoint"} <= set(found.evidence)


def test_a_changed_leaf_with_its_tile_changed_too_is_found(files: Files) -> None:
    """Tiles that do not lead to the signed root are not believed: the batch is named."""
    leaves = leaves_of(files)
    leaves[100] = leaves[100].replace(b'"version":', b'"version":1')
    lay(files, leaves)
    tile = files["tile/0/000"]
    files["tile/0/000"] = tile[:3200] + leaf_hash(leaves[100]) + tile[3232:]
    found = wrong(files)
    assert (found.first, found.last) == (64, 255)


@pytest.mark.parametrize("strip", [dict, without_tiles], ids=["with tiles", "without tiles"])
def test_two_swapped_leaves_are_found(files: Files, strip: Callable[[Files], Files]) -> None:
    """The same entries in another order are another log."""
    leaves = leaves_of(files)
    leaves[4], leaves[5] = leaves[5], leaves[4]
    lay(files, leaves)
    found = wrong(strip(files))
    assert {4, 5} & set(suspects(found))


@pytest.mark.parametrize("index", [0, 150, 299], ids=["head", "middle", "tail"])
@pytest.mark.parametrize("strip", [dict, without_tiles], ids=["with tiles", "without tiles"])
def test_a_dropped_leaf_is_found(files: Files, index: int, strip: Callable[[Files], Files]) -> None:
    """Head, middle or tail taken out, the rest moved up."""
    leaves = leaves_of(files)
    del leaves[index]
    lay(files, leaves)
    found = wrong(strip(files))
    assert index in suspects(found)


def test_a_dropped_bundle_is_named(files: Files) -> None:
    """A whole bundle gone: the first missing entry is named."""
    del files[FIRST]
    assert isinstance(found := wrong(files), verify.EntryIsMissing)
    assert found.first == 0


def test_a_back_dated_insertion_is_found(files: Files) -> None:
    """An entry slipped in where it might have been, the last one dropped to keep the count."""
    leaves = leaves_of(files)
    members = read_leaf(leaves[10])
    members["id"] = make_golden_log.identifier("event", 5000)
    forged = leaf_bytes(members, make_golden_log.BEGINNING, FORMAT_1)
    lay(files, [*leaves[:10], forged, *leaves[10:-1]])
    assert wrong(files).first == 10


@pytest.mark.parametrize("change", [
    lambda leaf: leaf.replace(b'":', b'" :', 1), lambda leaf: b"{}", lambda leaf: b"\xff\xfe", lambda leaf: b"",
])  # fmt: skip
def test_a_leaf_that_is_no_leaf_is_named(files: Files, change: Callable[[bytes], bytes]) -> None:
    """Not canonical, incomplete or rubbish, even when the key signed for it."""
    leaves = leaves_of(files)[:9]
    leaves[7] = change(leaves[7])
    found = wrong(resign(leaves, (9,), make_golden_log.signer()))
    assert isinstance(found, verify.EntryIsWrong)
    assert found.first == 7


def test_a_doubled_event_is_named_even_when_signed_for(files: Files) -> None:
    """The log may not record one event twice."""
    leaves = leaves_of(files)[:9]
    assert wrong(resign([*leaves, leaves[8]], (10,), make_golden_log.signer())).first == 9


def test_a_clock_set_back_is_named_even_when_signed_for(files: Files) -> None:
    """Recording times never go backwards."""
    leaves = leaves_of(files)[:9]
    late = leaf_bytes({**read_leaf(leaves[8]), "id": "another"}, make_golden_log.BEGINNING, FORMAT_1)
    assert wrong(resign([*leaves, late], (10,), make_golden_log.signer())).first == 9


def test_a_forked_history_is_found_by_a_kept_checkpoint(files: Files) -> None:
    """The whole history re-signed with the stolen log key, consistent in itself: an auditor's old checkpoint tells."""
    kept = notes_of(files)[4]
    leaves = leaves_of(files)
    leaves[10] = leaves[10].replace(b'"version":', b'"version":1')
    forged = resign(leaves, (2, 300), make_golden_log.signer())
    check(forged)
    found = wrong(forged, kept)
    assert (found.first, found.last) == (2, 63)
    assert found.evidence["earlier_checkpoint"] == kept


def test_two_logs_of_one_size_are_evidence(files: Files) -> None:
    """Two signed roots for one size cannot both be true, whatever the entries say."""
    leaves = leaves_of(files)
    leaves[10] = leaves[10].replace(b'"version":', b'"version":1')
    other = resign(leaves, (64, 300), make_golden_log.signer())
    found = wrong(files, json.loads(other["checkpoints.jsonl"].splitlines()[0]))
    assert isinstance(found, verify.HistoryIsWrong)
    assert {"earlier_checkpoint", "checkpoint"} <= set(found.evidence)


def test_an_old_backup_is_found_by_a_kept_checkpoint(files: Files) -> None:
    """A log restored from an earlier state is right in itself, but smaller than what was signed."""
    restored = resign(leaves_of(files)[:257], (257,), make_golden_log.signer())
    check(restored)
    found = wrong(restored, notes_of(files)[-1])
    assert isinstance(found, verify.EntryIsMissing)
    assert (found.first, found.last) == (257, 299)


def test_an_old_checkpoint_replayed_over_more_entries_is_found(files: Files) -> None:
    """The newest checkpoint swapped for an older one: the history beside it covers more."""
    files["checkpoint"] = notes_of(files)[3].encode()
    assert isinstance(wrong(files), verify.EntryIsMissing)


def test_a_foreign_checkpoint_is_refused(files: Files) -> None:
    """Another log's checkpoint, and another key under this log's name."""
    other = SignerKey("other.example.org/log", bytes(32))
    assert isinstance(wrong(resign(leaves_of(files), (300,), other)), verify.CheckpointIsWrong)
    same_name = SignerKey(make_golden_log.ORIGIN, bytes(32))
    assert isinstance(wrong(resign(leaves_of(files), (300,), same_name)), verify.CheckpointIsWrong)


def test_the_wrong_key_is_refused(files: Files) -> None:
    """The right log under a key that did not sign it."""
    key = verify.Key.from_text(str(SignerKey(make_golden_log.ORIGIN, bytes(32)).verifier))
    assert isinstance(wrong(files, key=key), verify.CheckpointIsWrong)


def test_an_export_without_a_checkpoint_is_refused(files: Files) -> None:
    """No checkpoint, or one that is not text."""
    assert isinstance(wrong({**files, "checkpoint": b"\xff"}), verify.CheckpointIsWrong)
    assert isinstance(wrong({**files, "checkpoints.jsonl": b"{}\n"}), verify.CheckpointIsWrong)
    del files["checkpoint"]
    assert isinstance(wrong(files), verify.CheckpointIsWrong)


@pytest.mark.parametrize(("old", "new"), [
    (b'"user-3"', b'"user-4"'), (b'"index":3,', b'"index":4,'), (b'"name":"user"', b'"name":"unit"'),
    (b'"index":3,', b'"index":300,'), (b'"index":3,', b'"index":"3",'), (b'"salt":"', b'"salt":"!'),
    (b'"value":', b'"worth":'), (b'{"index":3,', b'{{"index":3,'),
])  # fmt: skip
def test_a_false_opening_is_found(files: Files, old: bytes, new: bytes) -> None:
    """Another value, entry, name or salt than what was committed to; and lines that are no opening."""
    lines = files["openings.jsonl"].splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"index":3,' in line)
    assert old in lines[at]
    files["openings.jsonl"] = b"".join([*lines[:at], lines[at].replace(old, new), *lines[at + 1 :]])
    found = wrong(files)
    assert isinstance(found, verify.OpeningIsWrong)
    assert "user-4" not in json.dumps(found.evidence), "evidence may not carry personal values"


@pytest.mark.parametrize("depth", [100, 600, 3_000, 200_000])
@pytest.mark.parametrize("file", ["openings.jsonl", "checkpoints.jsonl", FIRST, LAST])
def test_what_is_nested_without_end_is_told_in_a_sentence(files: Files, file: str, depth: int) -> None:
    """In an opening, a checkpoint or an entry: the verifier says what is wrong and where, and never breaks down."""
    deep = b"[" * depth + b"]" * depth
    if file == "openings.jsonl":
        opening = json.loads(files[file].splitlines()[0])
        index, name, salt = (json.dumps(opening[each]).encode() for each in ("index", "name", "salt"))
        line = b'{"index":%b,"name":%b,"salt":%b,"value":%b}\n' % (index, name, salt, deep)
        files[file] = line + b"".join(files[file].splitlines(keepends=True)[1:])
    elif file == "checkpoints.jsonl":
        files[file] = deep + b"\n" + files[file]
    else:
        first, *others = decode_bundle(files[file])
        files[file] = encode_bundle([read_leaf_with(first, deep), *others])
        files = without_tiles(files)
    found = wrong(files)
    assert found.sentence
    assert "\n" not in found.sentence


def read_leaf_with(leaf: bytes, deep: bytes) -> bytes:
    """A leaf with something nested in it, as long as an entry may be."""
    members = leaf.removesuffix(b"}") + b',"z":' + deep[: 60_000 - len(leaf)] + b"}"
    return members if len(members) <= 65_535 else leaf[:-1]


@pytest.mark.parametrize("cut", [1, 2, 500])
def test_a_bundle_cut_short_is_found(files: Files, cut: int) -> None:
    """The last entries' bytes are missing."""
    files[LAST] = files[LAST][:-cut]
    assert isinstance(found := wrong(files), verify.LogIsWrong)
    assert found.first in (298, 299)


def test_an_entry_beyond_the_checkpoint_is_found(files: Files) -> None:
    """An entry more than was signed for."""
    files[LAST] += encode_bundle([leaves_of(files)[0]])
    assert wrong(files).first == 300


def test_an_empty_log_holds(files: Files) -> None:
    """Before the first entry: size 0 and the hash of nothing; any other root is wrong."""
    signer = make_golden_log.signer()
    empty = {"checkpoint": signer.sign(Checkpoint(make_golden_log.ORIGIN, 0, Frontier().root())).encode()}
    assert check(empty).size == 0
    bad = {"checkpoint": signer.sign(Checkpoint(make_golden_log.ORIGIN, 0, bytes(32))).encode()}
    assert isinstance(wrong(bad), verify.CheckpointIsWrong)


def test_the_verifier_is_alone() -> None:
    """It imports the standard library and ``cryptography`` and nothing of ours, so that it can be kept by itself."""
    tree = tree_of(pathlib.Path(verify.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign == {"cryptography"}


def run(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the verifier from a folder where there is nothing else."""
    shutil.copy(verify.__file__, folder / "verify.py")
    command = [sys.executable, "-I", "verify.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_from_the_command_line_a_zip_and_a_folder_hold(tmp_path: pathlib.Path) -> None:
    """A lone copy of the file says that the log holds, with exit code 0."""
    archive = shutil.make_archive(str(tmp_path / "export"), "zip", GOLDEN / "export")
    key = (GOLDEN / "key.txt").read_text().strip()
    for export in (archive, str(GOLDEN / "export")):
        told = run(tmp_path, export, "--key", key)
        assert told.returncode == 0, told.stderr
        assert "The log holds: 300 entries under 8 checkpoints" in told.stdout
    told = run(tmp_path, archive, "--key", key, "--json")
    assert json.loads(told.stdout)["wrong"] is None


def test_from_the_command_line_the_first_wrong_entry_is_named_and_evidence_kept(tmp_path: pathlib.Path) -> None:
    """Exit code 1, a sentence with the entry's number, and a file with what was found."""
    export = tmp_path / "export"
    shutil.copytree(GOLDEN / "export", export)
    path = export / FIRST
    path.write_bytes(path.read_bytes().replace(b'"sequence":18,', b'"sequence":19,'))
    told = run(tmp_path, str(export), "--key", (GOLDEN / "key.txt").read_text().strip())
    assert told.returncode == 1
    assert "entry 17 is not the one that was signed for" in told.stdout
    evidence = json.loads((tmp_path / "export.evidence.json").read_text())
    assert (evidence["wrong"], evidence["first"], evidence["last"]) == ("entry-is-wrong", 17, 17)
    assert evidence["checkpoint"] == (export / "checkpoint").read_text()


def test_from_the_command_line_a_kept_checkpoint_is_held_against_the_log(tmp_path: pathlib.Path, files: Files) -> None:
    """``--known`` takes a file with a checkpoint from before."""
    kept = tmp_path / "kept"
    kept.write_text(notes_of(files)[2])
    key = (GOLDEN / "key.txt").read_text().strip()
    assert run(tmp_path, str(GOLDEN / "export"), "--key", key, "--known", str(kept)).returncode == 0


@pytest.mark.parametrize("written", STILL_THE_NOTE)
def test_a_checkpoint_kept_on_another_system_is_read_as_it_was_signed(
    tmp_path: pathlib.Path, files: Files, written: str
) -> None:
    """By the verifier and by ours alike; and one that contradicts the log is found however it was kept."""
    key, kept = (GOLDEN / "key.txt").read_text().strip(), tmp_path / "kept"
    note = notes_of(files)[-1]
    raw = STILL_THE_NOTE[written](note)
    assert verify.kept_note(raw) == note_from_file(raw) == note
    kept.write_bytes(raw)
    assert verify.main([str(GOLDEN / "export"), "--key", key, "--known", str(kept)]) == 0
    shrunk = tmp_path / "shrunk"
    lay_out(resign(leaves_of(files)[:9], (9,), make_golden_log.signer()), shrunk)
    assert verify.main([str(shrunk), "--key", key, "--known", str(kept)]) == 1


@pytest.mark.parametrize("written", NO_NOTE)
def test_what_is_no_checkpoint_of_ours_says_nothing_about_the_log(
    tmp_path: pathlib.Path, files: Files, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    """Exit code 2 and the file's name, never 1; the others are asked all the same, and what they tell counts."""
    key, kept, other = (GOLDEN / "key.txt").read_text().strip(), tmp_path / "kept-in-march", tmp_path / "in-june"
    kept.write_bytes(NO_NOTE[written](notes_of(files)[2]))
    other.write_text(notes_of(files)[-1])
    asked = ["--key", key, "--known", str(kept), "--known", str(other)]
    assert verify.main([str(GOLDEN / "export"), *asked]) == 2
    said = capsys.readouterr()
    assert "kept-in-march" in said.err
    assert "says nothing about the log" in said.err
    assert "WRONG" not in said.out + said.err
    shrunk = tmp_path / "shrunk"
    lay_out(resign(leaves_of(files)[:9], (9,), make_golden_log.signer()), shrunk)
    assert verify.main([str(shrunk), *asked]) == 1


def lay_out(files: Files, folder: pathlib.Path) -> None:
    """An export as a folder."""
    for path, kept in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(kept)


@pytest.mark.parametrize("arguments", [
    ("missing.zip", "--key", "KEY"), ("verify.py", "--key", "KEY"), ("GOLDEN", "--key", "nonsense"),
    ("GOLDEN", "--key", "KEY", "--known", "missing"), ("GOLDEN",),
])  # fmt: skip
def test_from_the_command_line_a_question_that_cannot_be_put_is_told_apart(
    tmp_path: pathlib.Path, arguments: tuple[str, ...]
) -> None:
    """Exit code 2: no verdict on the log."""
    given = {"KEY": (GOLDEN / "key.txt").read_text().strip(), "GOLDEN": str(GOLDEN / "export")}
    told = run(tmp_path, *(given.get(each, each) for each in arguments))
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("place", "written", "code"),
    [(8, 1, 1), (10, 99, 1), (6, 255, 2)],
    ids=["asks for a password", "packed in an unknown way", "of a version to come"],
)
def test_a_zip_that_says_strange_things_of_itself_is_told_so(
    tmp_path: pathlib.Path, place: int, written: int, code: int
) -> None:
    """A byte changed in the list of what is packed: an answer with an exit code that means it."""
    archive = pathlib.Path(shutil.make_archive(str(tmp_path / "export"), "zip", GOLDEN / "export"))
    packed = bytearray(archive.read_bytes())
    at = packed.find(b"PK\x01\x02")
    while at >= 0:
        packed[at + place] = written
        at = packed.find(b"PK\x01\x02", at + 4)
    archive.write_bytes(packed)
    told = run(tmp_path, str(archive), "--key", (GOLDEN / "key.txt").read_text().strip())
    assert told.returncode == code
    assert "Traceback" not in told.stderr


def test_a_damaged_zip_is_told_without_a_traceback(tmp_path: pathlib.Path) -> None:
    """A byte changed inside the packed file."""
    archive = pathlib.Path(shutil.make_archive(str(tmp_path / "export"), "zip", GOLDEN / "export"))
    packed = bytearray(archive.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    archive.write_bytes(packed)
    told = run(tmp_path, str(archive), "--key", (GOLDEN / "key.txt").read_text().strip())
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
