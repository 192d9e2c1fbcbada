"""Whoever changes the tables may write anything there: nobody breaks down over it, and both verifiers say the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit import verify
from services.audit.adapters import tallies
from services.audit.domain.beside import ends_reading, relied_on
from services.audit.domain.check_beside import ALL_CHECKS
from services.audit.log.check import Finding, Laid, Slice, Stored, told
from services.audit.log.entry import FORMAT_1, LeafIsWrong, canonical, moment, opens, read_leaf
from services.audit.log.keys import SignerKey
from services.audit.log.merkle import leaf_hash
from services.audit.log.pack import pack, read_stored
from services.audit.log.walk import Walk
from shared.messaging.tally import Tally
from tests.contracts.golden_log_2 import make_golden_log

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
GOLDEN = [read_leaf(leaf) for leaf in make_golden_log.entries()[0]]
KEY = SignerKey.generate("lotsa/audit").verifier
STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 2**53 - 1, 2**53, 10**400, 1.5, "", "å", "\ud800", "2026-11-29T12:00:00", "9999-12-31T23:59:59Z"),
    *("0001-01-01T00:00:00+14:00", str(UUID(int=7)), [], {}, ["x"], [None], [[]], {"kind": "god"}, {"digest": "ü"}),
    *({"consents": 0, "count": 0, "digest": "0" * 64}, FORMAT_1, "access.recorded.v1", "consent.withdrawn.v1"),
)
MEMBERS = sorted({name for each in GOLDEN for name in each} | {"shown", "units", "agent", "consents", "nobody-has-it"})


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """A leaf of the golden log, and in the place of some of its members, or of its data's, what belongs elsewhere."""
    said = json.loads(json.dumps(draw(st.sampled_from(GOLDEN))))
    for _ in range(draw(st.integers(1, 3))):
        places = [said, *(said[each] for each in ("data", "commitments") if isinstance(said.get(each), dict))]
        within = draw(st.sampled_from(places))
        name = draw(st.sampled_from([*MEMBERS, *within]))
        if draw(st.booleans()):
            within.pop(name, None)
        else:
            # a copy, since the next change may be within it
            within[name] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    return said


def written(said: dict[str, Any]) -> bytes:
    """As bytes, whether or not they are a leaf."""
    try:
        return canonical(said)
    except LeafIsWrong:
        return json.dumps(said, separators=(",", ":"), sort_keys=True).encode(errors="replace")


def is_a_leaf(read: Callable[[], object]) -> bool:
    """Whether it is taken for one; whoever reads it raises only what says that it is none."""
    try:
        read()
    except (LeafIsWrong, verify.LogIsWrong):
        return False
    return True


@given(leaves())
@settings(max_examples=400, deadline=None)
def test_both_take_the_same_for_a_leaf(said: dict[str, Any]) -> None:
    """The service's reader and the lonely one, each written by itself."""
    leaf = written(said)
    ours, lonely = is_a_leaf(lambda: read_leaf(leaf)), is_a_leaf(lambda: verify.read_leaf(leaf, 0))
    if lonely and "shown" in json.loads(leaf):
        # a digest that can be none is told by the one as no leaf, by the other as a set that is missing
        named = verify.Named()
        named.note(0, json.loads(leaf))
        lonely = is_a_leaf(lambda: verify._check_sets(lambda _: None, named, verify.Report("", 0, "", 0)))
        ours = False
    assert ours is lonely
    assert (read_stored(pack(leaf)) is not None) >= ours


@given(leaves(), st.sampled_from([{"issuer": "i", "subject": "s"}, *STRANGE]))
@settings(max_examples=400, deadline=None)
def test_every_leaf_is_counted_or_is_no_event_s(said: dict[str, Any], user: Any) -> None:
    """Whatever stands in a row, and whoever it opens, the hours are compared."""
    leaf = read_stored(pack(written(said)))
    if leaf is not None and tallies._is_an_events(leaf):
        tally = Tally()
        tallies._count(tally, UUID(leaf["id"]), leaf["type"], tallies._data(leaf, {}, {"user": user}) or {})
        assert tally.count == 1


@given(leaves())
@settings(max_examples=400, deadline=None)
def test_every_check_comes_to_its_end(said: dict[str, Any]) -> None:
    """Whatever stands in a row, the verification looks at the next one too."""
    leaf = written(said)
    row = Stored(0, UUID(int=1), "x", NOW, NOW, (UUID(int=2),), leaf, leaf_hash(leaf), None, packed=True)
    laid = [Laid(0, "user", UUID(int=1), "open", b"salt", value) for value in ({"issuer": "x", "subject": "y"}, 1.5)]
    withdrawn = dict.fromkeys([UUID(int=7)], NOW)
    part = Slice(0, 1, [row], laid=laid, withdrawn=withdrawn, about={0: frozenset()})
    found = Walk().over(part, KEY, lambda _level, _index: b"")
    for check in ALL_CHECKS:
        found += check(part)
    assert all(isinstance(each, Finding) for each in found)
    told(part)
    for each in part.whole.values():
        relied_on(each)
        ends_reading(each)


@pytest.mark.parametrize("depth", [100, 600, 5_000])
def test_what_is_nested_deep_is_no_breakdown(depth: int) -> None:
    """Python gives up at some depth, and says so in another way than where it reads."""
    leaf = canonical({**GOLDEN[200], "data": "x"}).replace(b'"data":"x"', b'"data":' + b"[" * depth + b"]" * depth)
    ours, lonely = is_a_leaf(lambda: read_leaf(leaf)), is_a_leaf(lambda: verify.read_leaf(leaf, 0))
    assert (ours, lonely) == ((False, False) if depth == 5_000 else (True, True))


def test_what_is_committed_to_may_be_no_ascii() -> None:
    """It is then not what opens it, and not a breakdown."""
    assert not opens("å" * 64, "user", "bo", b"salt")


def test_an_entry_that_was_recorded_before_the_one_it_follows_is_named() -> None:
    """As the lonely verifier has it; also where a slice ends between the two."""
    walk, found = Walk(), []
    for index, hour in enumerate((12, 13, 11, 14)):
        said = {**GOLDEN[0], "recorded_at": moment(NOW.replace(hour=hour))}
        leaf = canonical(said)
        row = Stored(index, UUID(int=1), "x", NOW, NOW, (), leaf, leaf_hash(leaf))
        walk = Walk.from_json(json.loads(json.dumps(walk.to_json())))
        found += walk.over(Slice(index, index + 1, [row]), KEY, lambda _level, _index: b"")
    assert [(each.kind, each.first) for each in found] == [("entry-changed", 2)]


def test_a_walk_that_was_kept_by_an_earlier_version_goes_on() -> None:
    """It did not remember when the last entry was recorded."""
    kept = Walk(at=3, good=2).to_json()
    del kept["recorded"]
    assert Walk.from_json(kept).at == 3
