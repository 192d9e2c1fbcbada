"""What the lonely verifier says of a log whose later entries are ``lotsa-leaf/2``, whole and tampered with."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import pytest

from services.audit import verify
from services.audit.log.entry import FORMAT, FORMAT_1, canonical, read_leaf
from services.audit.log.layout import decode_bundle
from services.audit.log.shown_set import MEMBER, Shown
from tests.contracts.golden_log import make_golden_log as first
from tests.contracts.golden_log_2 import make_golden_log
from tests.unit.audit.test_verify import FIRST, Files, check, leaves_of, opening, resign, wrong

GOLDEN = pathlib.Path(make_golden_log.__file__).parent
SETS, OPENINGS = "shown.jsonl", "openings.jsonl"


@pytest.fixture
def files() -> Files:
    """The second golden export, to be changed freely."""
    export = GOLDEN / "export"
    return {str(each.relative_to(export)): each.read_bytes() for each in export.rglob("*") if each.is_file()}


def lines_of(files: Files, name: str) -> list[dict]:
    return [json.loads(line) for line in files[name].splitlines()]


def put(files: Files, name: str, lines: list[dict]) -> None:
    files[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_both_formats_stand_in_one_log(files: Files) -> None:
    """Entries of the first format stay what they were; those of the second are verified with the sets they name."""
    report = check(files)
    assert (report.size, report.checkpoints, report.opened, report.closed) == (300, 7, 233, 49)
    assert (report.erased, report.shown) == (18, 40)
    formats = [read_leaf(leaf)["format"] for leaf in leaves_of(files)]
    assert formats == [FORMAT_1] * 140 + [FORMAT] * 160
    whole = pathlib.Path(first.__file__).parent / "export"
    assert decode_bundle((whole / FIRST).read_bytes())[:140] == leaves_of(files)[:140]


def test_it_is_what_todays_code_writes(tmp_path: pathlib.Path, files: Files) -> None:
    """Making it anew gives the same bytes: the format has not moved."""
    make_golden_log.make(tmp_path)
    export = tmp_path / "export"
    assert {str(each.relative_to(export)): each.read_bytes() for each in export.rglob("*") if each.is_file()} == files


def test_verifier_and_product_make_one_digest(files: Files) -> None:
    """Each written by itself."""
    made = {make_golden_log.shown(number).digest.hex() for number in range(5)}
    assert {digest for digest, _ in verify._sets(opening(files))} == made
    assert verify.AGENTS == make_golden_log.AGENTS


CHANGES: list[tuple[str, Callable[[list[dict]], object]]] = [
    ("taken out", lambda lines: lines.pop()),
    ("a record put in", lambda lines: lines[0]["shown"].append(first.identifier("shown", 900))),
    ("a record taken out", lambda lines: lines[0]["shown"].pop()),
    ("another order", lambda lines: lines[0]["shown"].reverse()),
    ("a record called a consent", lambda lines: lines[0]["consents"].append(lines[0]["shown"].pop())),
    ("a consent exchanged", lambda lines: lines[0]["consents"].__setitem__(0, first.identifier("relied-on", 900))),
]


@pytest.mark.parametrize("change", [each[1] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_a_set_that_is_not_the_entrys_is_named(files: Files, change: Callable[[list[dict]], object]) -> None:
    """Missing or altered: the first entry that names it is told."""
    lines = lines_of(files, SETS)
    change(lines)
    put(files, SETS, lines)
    found = wrong(files)
    assert isinstance(found, verify.SetIsWrong)
    assert found.first is not None
    assert MEMBER in read_leaf(leaves_of(files)[found.first])


@pytest.mark.parametrize("member", ["count", "consents"])
def test_another_count_than_the_sets_is_named(files: Files, member: str) -> None:
    """Even signed: what the entry says of its set must be so."""
    leaves = leaves_of(files)
    index = next(each for each, leaf in enumerate(leaves) if MEMBER in read_leaf(leaf))
    members = read_leaf(leaves[index])
    members[MEMBER][member] += 1
    leaves[index] = canonical(members)
    found = wrong({**resign(leaves, (300,), first.signer()), SETS: files[SETS]})
    assert (type(found), found.first) == (verify.SetIsWrong, index)


def test_a_set_that_no_entry_names_means_nothing(files: Files) -> None:
    """One may have been written by a transaction that the checkpoint does not cover yet."""
    put(files, SETS, [*lines_of(files, SETS), {"shown": [first.identifier("shown", 901)], "consents": []}])
    assert check(files).shown == 40


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"shown":[1],"consents":[]}', b'{"shown":["00"],"consents":[]}',
                                  b'{"shown":[]}', b"[" * 90_000])  # fmt: skip
def test_what_is_no_set_is_told(files: Files, line: bytes) -> None:
    """And is no traceback."""
    files[SETS] = files[SETS] + line + b"\n"
    assert isinstance(wrong(files), verify.SetIsWrong)


def changed(files: Files, index: int, **others: object) -> Files:
    """The log signed anew with one leaf that says something else; None takes a member out."""
    leaves = leaves_of(files)
    members = {**read_leaf(leaves[index]), **others}
    leaves[index] = canonical({name: value for name, value in members.items() if value is not None})
    return {**resign(leaves, (300,), first.signer()), SETS: files[SETS]}


@pytest.mark.parametrize("others", [
    {"agent": None}, {"agent": {"kind": "god"}}, {"agent": "staff"}, {"agent": {}}, {"format": "lotsa-leaf/3"},
])  # fmt: skip
def test_an_entry_says_who_acted_by_kind(files: Files, others: dict[str, object]) -> None:
    """One of the kinds that the format has, and nothing else."""
    found = wrong(changed(files, 200, **others))
    assert (type(found), found.first) == (verify.EntryIsWrong, 200)


@pytest.mark.parametrize("others", [
    {"subjects": []}, {"consents": []}, {MEMBER: {}}, {MEMBER: "x"},
    {MEMBER: {"count": -1, "consents": 0, "digest": ""}},
])  # fmt: skip
def test_a_list_names_a_set_and_nothing_beside_it(files: Files, others: dict[str, object]) -> None:
    """Else one leaf would say two things."""
    index = next(each for each, leaf in enumerate(leaves_of(files)) if MEMBER in read_leaf(leaf))
    found = wrong(changed(files, index, **others))
    assert (type(found), found.first) == (verify.EntryIsWrong, index)


def test_what_is_said_to_be_erased_must_have_been_there(files: Files) -> None:
    """And is not opened as well."""
    lines = lines_of(files, OPENINGS)
    put(files, OPENINGS, [*lines, {"erased": True, "index": 3, "name": "nothing"}])
    assert isinstance(wrong(files), verify.OpeningIsWrong)
    put(files, OPENINGS, [*lines, {"erased": True, "index": lines[0]["index"], "name": "user"}])
    assert isinstance(wrong(files), verify.OpeningIsWrong)


def test_the_export_says_how_many_were_erased(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence of the answer, which is that the log holds."""
    key = (GOLDEN / "key.txt").read_text().strip()
    assert verify.main([str(GOLDEN / "export"), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "Erased: 18 names whose keys were destroyed; the entries themselves hold." in said
    assert "Lists: what 40 of them showed is there, and is what the entries name." in said


def test_a_set_has_one_digest_whatever_the_order() -> None:
    """And another when anything about it is another; twice named stands twice."""
    made = make_golden_log.shown(3)
    assert Shown.of(reversed(made.records), reversed(made.consents)).digest == made.digest
    others = [
        Shown.of(made.records, made.records), Shown.of(made.consents, made.records),
        Shown.of(made.records[1:], made.consents),
        Shown.of([*made.records, made.records[0]], made.consents), Shown.of([*made.records, *made.consents], []),
        Shown.of([], [*made.records, *made.consents]), Shown.of([], []),
    ]  # fmt: skip
    assert len({made.digest, *(each.digest for each in others)}) == 8
    assert Shown.of([], []).digest.hex() == "7f46f1c419186ba0687204b163eaea9ce7f0b7cb2e6db49aa9204287e9a7d57c"
