"""The log's end is taken away by whoever owns its tables, without the key: nothing is signed, and it is told."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from services.audit import bootstrap
from services.audit.adapters.kept_checkpoint import KeptCheckpointFile
from services.audit.adapters.log_store import OpenLog
from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.domain.refusals import LogHasAnotherKey, LogHasShrunk
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.keys import SignerKey
from services.audit.log.merkle import Frontier, leaf_hash
from services.audit.log.pack import unpack
from services.audit.processes.integrate_what_waits import PatientSequencer
from shared.environment import SettingsAreWrong
from tests.integration.audit.broken_log import alarms, as_owner, cut, kept, restarted, signer, size
from tests.integration.audit.support import World, sent
from tests.support.cast import ESTER

pytestmark = pytest.mark.usefixtures("a_log")


@pytest.mark.parametrize("after", ["in one life", "after a restart"])
@pytest.mark.parametrize("left", ["one checkpoint", "nothing"])
@pytest.mark.holds("a-shrunk-log-is-not-signed")
def test_a_log_whose_end_is_gone_is_not_signed_on(world: World, a_log: list[int], after: str, left: str) -> None:
    """The running sequencer knows what it signed, and one that begins reads the checkpoint that was kept."""
    to = a_log[0] if left == "one checkpoint" else 0
    world.hear(sent(uuid4(), []))
    cut(world, to)
    sequencer = world.sequencer if after == "in one life" else restarted(world)
    for _ in range(2):
        with pytest.raises(LogHasShrunk):
            sequencer.run()
    assert size(world) == to
    assert world.as_role("", "select count(*) from pending_entries") == [(1,)]
    assert alarms(world) == [("log-has-shrunk", "audit", to, a_log[-1] - 1)]


def test_one_that_begins_looks_even_when_nothing_waits(world: World, a_log: list[int]) -> None:
    """An installation at rest is told of what happened while it was down."""
    cut(world, a_log[1])
    with pytest.raises(LogHasShrunk):
        restarted(world).run()


@pytest.mark.parametrize("after", ["in one life", "after a restart"])
def test_another_log_of_the_same_size_is_not_signed_on(world: World, a_log: list[int], after: str) -> None:
    """Even one that the right key has signed: the key had signed another before."""
    rows = [(index, unpack(leaf)) for index, leaf in world.rows("select index, leaf from log_entries order by index")]
    edge = Frontier()
    for _, leaf in [*rows[:-1], (0, b'{"another":"leaf"}')]:
        edge.append(leaf_hash(leaf))
    key = signer(world)
    note = key.sign(Checkpoint(key.verifier.name, edge.size, edge.root()))
    other = b'{"another":"leaf"}'
    as_owner(
        world,
        f"update log_entries set leaf = '\\x{other.hex()}', leaf_hash = '\\x{leaf_hash(other).hex()}' "
        f"where index = {edge.size - 1}",
        f"update log_checkpoints set root = '\\x{edge.root().hex()}', note = '{note}' where size = {edge.size}",
    )
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        (world.sequencer if after == "in one life" else restarted(world)).run()
    assert size(world) == a_log[-1]
    assert [each[0] for each in alarms(world)] == ["log-has-shrunk"]


def test_two_sequencers_hold_each_others_checkpoints(world: World, a_log: list[int]) -> None:
    """One that has lagged behind does not take a log that was cut back to where it stood."""
    other = restarted(world)
    assert other.run() == 0
    world.hear(sent(uuid4(), []))
    assert world.sequencer.run() == 1
    cut(world, a_log[-1])
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        other.run()


def test_a_kept_checkpoint_from_before_is_grown_out_of(world: World) -> None:
    """After a crash between commit and keeping, the log goes on; the kept one follows, and only we can read it."""
    before = kept(world).read_text()
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    kept(world).write_text(before)
    world.hear(sent(uuid4(), []))
    assert restarted(world).run() == 1
    assert kept(world).read_text() == world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    assert stat.S_IMODE(kept(world).stat().st_mode) == 0o600
    assert [each.name for each in kept(world).parent.iterdir() if each.name.endswith(".draft")] == []


def test_nothing_is_kept_of_what_was_not_committed(world: World) -> None:
    """The kept checkpoint is never ahead of the log."""

    class Crash(Exception):
        pass

    opens, before = OpenLog(world.log), kept(world).read_text()

    class Dies:
        def __call__(self):
            managed = opens()

            class Managed:
                def __enter__(self):
                    log = managed.__enter__()
                    log.commit = _raise(Crash)
                    return log

                def __exit__(self, *error):
                    return managed.__exit__(*error)

            return Managed()

    dying = restarted(world)
    dying._begin = Dies()
    world.hear(sent(uuid4(), []))
    with pytest.raises(Crash):
        dying.run()
    assert kept(world).read_text() == before


def _raise(error: type[Exception]):
    def raising() -> None:
        raise error

    return raising


def test_a_kept_checkpoint_by_another_key_is_refused_and_an_empty_one_is_none(world: World) -> None:
    """The first is no log of ours; the second is what a loss of power may leave."""
    stranger = SignerKey(signer(world).verifier.name, bytes(32))
    kept(world).write_text(stranger.sign(Checkpoint(stranger.verifier.name, 1, bytes(32))))
    with pytest.raises(LogHasAnotherKey):
        restarted(world).run()
    assert [each[0] for each in alarms(world)] == ["log-has-another-key"]
    kept(world).write_text("")
    world.hear(sent(uuid4(), []))
    assert restarted(world).run() == 1


@pytest.mark.parametrize("left", [b"\0" * 180, b"\xff\xfe half of a note", b" \n"], ids=["zeros", "no text", "blank"])
def test_a_kept_file_that_holds_no_checkpoint_is_refused_with_an_alarm(world: World, left: bytes) -> None:
    """Whoever can spoil the file must not get round it."""
    kept(world).write_bytes(left)
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasAnotherKey):
        restarted(world).run()
    assert [each[0] for each in alarms(world)] == ["log-has-another-key"]
    assert world.as_role("", "select count(*) from pending_entries") == [(1,)]


def test_several_may_keep_at_once(tmp_path: Path) -> None:
    """Whatever is read is one whole note, and nothing else is left: in containers all of them have one process id."""
    file = KeptCheckpointFile(tmp_path / "log-checkpoint")

    def keep_and_read(who: int) -> list[set[str]]:
        seen = []
        for number in range(100):
            file.keep(f"{who} {number}\n" * 50)
            seen.append(set((file.read() or "").splitlines()))
        return seen

    with ThreadPoolExecutor(4) as threads:
        found = [each for seen in threads.map(keep_and_read, range(4)) for each in seen]
    assert {len(each) for each in found} == {1}
    assert [each.name for each in tmp_path.iterdir()] == ["log-checkpoint"]


def test_a_draft_that_cannot_be_put_in_place_is_not_left(tmp_path: Path) -> None:
    """The sequencer tries anew with each batch: the folder must not fill up meanwhile."""
    (tmp_path / "log-checkpoint").mkdir()
    with pytest.raises(IsADirectoryError):
        KeptCheckpointFile(tmp_path / "log-checkpoint").keep("a note")
    assert [each.name for each in tmp_path.iterdir()] == ["log-checkpoint"]


def test_nothing_is_signed_while_no_checkpoint_can_be_kept(world: World, tmp_path: Path) -> None:
    """It does not begin: what waits then raises the alarm that the log stands still."""
    nowhere = replace(world.settings, audit_kept_checkpoint=tmp_path / "not there" / "log-checkpoint")
    with pytest.raises(SettingsAreWrong, match="LOTSA_AUDIT_KEPT_CHECKPOINT"):
        bootstrap.sequencer_for(nowhere, world.log, world.clock)


def test_an_operator_accepts_a_restored_log_by_taking_the_kept_checkpoint_away(world: World, a_log: list[int]) -> None:
    """The alarm stays until a reviewer has looked; and comes back if somebody closes it while signing is refused."""
    cut(world, a_log[0])
    with pytest.raises(LogHasShrunk):
        restarted(world).run()
    with world.parts.as_service() as uow:
        close_alarm(
            CloseAlarm(alarm_id=world.as_role("", "select alarm_id from alarms")[0][0], reason="intended"),
            ESTER,
            uow,
        )
        uow.commit()
    with pytest.raises(LogHasShrunk):
        restarted(world).run()
    assert len(alarms(world)) == 1
    kept(world).rename(kept(world).with_name("log-checkpoint-before-the-restore"))
    world.hear(sent(uuid4(), []))
    assert restarted(world).run() == 2, "that the alarm was closed, and what came"
    assert len(alarms(world)) == 1


def test_one_that_refuses_is_not_asked_again_at_once(world: World, a_log: list[int]) -> None:
    """The timer ticks 25 times a second; after a refusal a quarter of a minute passes before the next try."""
    now = [0.0]
    patient = PatientSequencer(world.sequencer, seconds=lambda: now[0])
    cut(world, a_log[0])
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        patient.run()
    assert patient.run() == 0
    now[0] = 15.0
    with pytest.raises(LogHasShrunk):
        patient.run()
