"""The log is verified by itself: what is new at the next tick, the whole in bounded slices, over restarts, by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.domain.check_beside import ALL_CHECKS
from services.audit.log import check as checking
from services.audit.log.check import ENTRY_CHANGED, Check, Finding, Slice
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.keys import SignerKey
from services.audit.log.pack import unpack
from services.audit.processes.verification import State
from services.audit.processes.verify_in_background import LATE, Pace, Verifier
from shared.storage.unit_of_work import transactions
from tests.integration.audit.broken_log import alarms, as_owner, signer, size, tick, verify
from tests.integration.audit.support import World, sent
from tests.support.cast import ESTER

pytestmark = pytest.mark.usefixtures("a_log")
SMALL = Pace(every=5, at_most=0, least=2)


def found(world: World) -> set[tuple[str, int, int]]:
    """The open alarms about the log itself, by kind and entries."""
    return {(kind, first, last) for kind, source, first, last in alarms(world) if source == "audit"}


def a_tick(world: World, pace: Pace = SMALL, checks: Sequence[Check] = ()) -> State:
    """One tick of a process that has just begun; it works in slices of two entries."""
    begin = transactions(world.parts.as_auditor)
    state = Verifier(begin, signer(world).verifier, world.clock, pace=pace, checks=checks).run()
    assert state is not None
    return state


def whole_round(world: World, pace: Pace = SMALL) -> State:
    """Ticks until one round is over."""
    before = a_tick(world, pace).last
    for _ in range(100):
        state = a_tick(world, pace)
        if state.last is not None and state.last != before:
            return state
    raise AssertionError("no round was ever over")


def forged(world: World, index: int) -> str:
    """A leaf that can be read, and says something else than it did."""
    [(leaf,)] = world.rows("select leaf from log_entries where index = :index", index=index)
    another = unpack(leaf).replace(b'"outcome":"done"', b'"outcome":"gone"')
    return f"update log_entries set leaf = '\\x{another.hex()}' where index = {index}"


BROKEN: dict[str, tuple[Callable[[World], str], set[tuple[str, int, int]]]] = {
    "a leaf": (lambda world: forged(world, 3), {("entry-changed", 3, 3)}),
    "an entry's event": (
        lambda _: f"update log_entries set event_id = '{uuid4()}' where index = 3",
        {("entry-changed", 3, 3)},
    ),
    "a hash": (
        lambda _: "update log_entries set leaf_hash = sha256('x') where index = 3",
        # until the next hash over 256 leaves nothing leads back to a signed root
        {("entry-changed", 3, 3), ("tree-changed", 2, 5)},
    ),
    "an inner node": (
        lambda _: "update log_nodes set hash = sha256('x') where level = 8 and index = 0",
        {("nodes-changed", 0, 255)},
    ),
    "a checkpoint's root": (
        lambda _: "update log_checkpoints set root = sha256('x') where size = 4",
        {("checkpoint-changed", 2, 3)},
    ),
    "a checkpoint by another key": (
        lambda world: (
            "update log_checkpoints set note = '"
            + SignerKey(signer(world).verifier.name, bytes(32)).sign(
                Checkpoint(signer(world).verifier.name, 4, bytes(32))
            )
            + "' where size = 4"
        ),
        {("checkpoint-changed", 2, 3)},
    ),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("when", ["new", "old"])
def test_what_was_changed_is_named(world: World, what: str, when: str) -> None:
    """Of what is new at the next tick; of what was verified before in the course of the next round."""
    change, kinds = BROKEN[what]
    if "node" in what:
        # the first that is stored is the one over 256 leaves
        world.hear_together(*[sent(uuid4(), []) for _ in range(250)])
        world.sequencer.run()
    if when == "old":
        verify(world)
        as_owner(world, change(world))
        world.clock.advance(timedelta(seconds=1))
        verify(world)
    else:
        as_owner(world, change(world))
        assert tick(world).holds is False
    assert found(world) == kinds


def test_what_is_new_is_looked_at_by_the_next_tick(world: World, a_log: list[int]) -> None:
    """However long the round over the whole takes."""
    whole_round(world)
    world.hear(sent(uuid4(), []), sent(uuid4(), []))
    world.sequencer.run()
    as_owner(world, forged(world, a_log[-1]))
    state = tick(world)
    assert (state.holds, state.wrong) == (False, a_log[-1])
    assert found(world) == {("entry-changed", a_log[-1], a_log[-1])}


def test_a_tick_does_a_bounded_piece_and_the_next_one_goes_on(world: World, a_log: list[int]) -> None:
    """Each tick here is a process that has just begun: how far it has come is kept."""
    seen: list[tuple[int, int]] = []

    def looks(part: Slice) -> list[Finding]:
        seen.append((part.low, part.high))
        return []

    for _ in range(3):
        a_tick(world, checks=[looks])
    assert seen == [(0, 2), (2, 4), (4, 6)]
    assert a_tick(world).holds is True


def test_one_finding_is_one_alarm_for_as_long_as_it_stands(world: World) -> None:
    """Round after round; and when a reviewer has closed it, the same is not opened again, but another is."""
    as_owner(world, forged(world, 3))
    for _ in range(3):
        verify(world)
        world.clock.advance(timedelta(minutes=1))
    [(alarm_id, noticed_at)] = world.as_role("", "select alarm_id, noticed_at from alarms")
    assert noticed_at == world.clock.now() - timedelta(minutes=3)
    with world.parts.as_service() as uow:
        close_alarm(CloseAlarm(alarm_id=alarm_id, reason="investigated"), ESTER, uow)
        uow.commit()
    assert verify(world).holds is False
    assert found(world) == set()
    as_owner(world, forged(world, 0))
    verify(world)
    assert found(world) == {("entry-changed", 0, 0)}


def test_many_findings_are_few_alarms(world: World) -> None:
    """Neighbours are one; and beyond fifty of a kind the last is widened."""

    def every_other(_: Slice) -> list[Finding]:
        return [Finding(ENTRY_CHANGED, index, index, "log_entries.leaf") for index in range(0, 400, 2)]

    a_tick(world, checks=[every_other])
    counts = world.as_role("", "select count(*), max(last) from alarms where closed_at is null")
    assert counts == [(50, 398)]


def test_whoever_empties_or_forges_what_it_remembers_has_it_begin_anew(world: World, a_log: list[int]) -> None:
    """The row is sealed under audit's master key: nothing in it can be made up."""
    verify(world)
    as_owner(world, forged(world, 0), "update verification set sealed = sealed || '\\x00'::bytea")
    state = tick(world)
    assert (state.last is not None and state.last.size, state.holds) == (a_log[-1], False)


def test_it_is_one_that_verifies(world: World) -> None:
    """A second process finds it taken, and does nothing."""
    verifier = Verifier(transactions(world.parts.as_auditor), signer(world).verifier, world.clock)
    with world.parts.as_auditor() as one:
        assert one.remembered.lock()
        assert verifier.run() is None
    assert verifier.run() is not None


def test_a_round_that_takes_too_long_is_an_alarm_until_it_is_over(world: World) -> None:
    """It ends by itself, and in no other way."""
    a_tick(world)
    world.clock.advance(LATE + timedelta(minutes=1))
    a_tick(world)
    assert found(world) == {("verification-late", 0, 0)}
    verify(world)
    assert found(world) == set()


def test_a_log_that_lost_its_end_is_told(world: World, a_log: list[int]) -> None:
    """By the verification too, not by the sequencer alone."""
    verify(world)
    as_owner(world, f"delete from log_checkpoints where size > {a_log[1]}")
    tick(world)
    assert ("log-has-shrunk", a_log[1], a_log[2] - 1) in found(world)
    assert ("unsigned-entries", a_log[1], size(world) + 1) in found(world)


def test_each_leaf_of_a_slice_is_read_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of the checks, and of what lies beside the leaves, ask what they say."""
    read: list[bytes] = []
    read_leaf = checking.read_leaf
    monkeypatch.setattr(checking, "read_leaf", lambda leaf: (read.append(leaf), read_leaf(leaf))[1])
    with world.parts.as_auditor() as uow:
        part = uow.verification.slice(0, size(world))
        for check in ALL_CHECKS:
            assert list(check(part)) == []
        assert part.whole.keys() == part.members.keys()
    assert sorted(read) == sorted(each.leaf for each in part.entries)
