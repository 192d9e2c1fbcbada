"""From the queue to a signed checkpoint, on a real database: one unbroken log, whatever happens on the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from services.audit import bootstrap, verify
from services.audit.adapters.log_store import OpenLog
from services.audit.domain.refusals import LogHasAnotherKey
from services.audit.log.keys import SignerKey
from services.audit.log.merkle import leaf_hash, root_of
from services.audit.log.open_checkpoint import open_checkpoint
from services.audit.log.pack import unpack
from services.audit.processes.integrate import BATCH, Sequencer
from tests.integration.audit.support import NOW, World, given, leaves, opened, sent, signer, size


def test_batches_are_of_at_most_256(world: World) -> None:
    """600 waiting entries give three checkpoints."""
    before = size(world)
    world.hear(*[sent(uuid4(), []) for _ in range(600)])
    assert world.sequencer.run() == 600
    sizes = [row[0] for row in world.rows("select size from log_checkpoints where size > :b order by size", b=before)]
    assert [each - before for each in sizes] == [BATCH, 2 * BATCH, 600]


def test_a_clock_set_back_does_not_turn_time_around(world: World) -> None:
    """Recording times never decrease, whatever the machine's clock does."""
    world.clock.advance(timedelta(hours=1))
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    world.clock.move_to(NOW - timedelta(days=1))
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    first, second = leaves(world)[-2:]
    assert second["recorded_at"] == first["recorded_at"]
    assert second["occurred_at"] < first["occurred_at"]


def test_a_new_process_goes_on_where_the_last_one_stopped(world: World) -> None:
    """The tree's edge is read back from the stored nodes; the roots are those of one unbroken tree."""
    for _ in range(5):
        world.hear(*[sent(uuid4(), []) for _ in range(3)])
        bootstrap.sequencer_for(world.settings, world.log, world.clock).run()
    hashes = [bytes(row[0]) for row in world.rows("select leaf_hash from log_entries order by index")]
    note = world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    assert open_checkpoint(note, signer(world).verifier).root == root_of(hashes)


def test_a_crash_before_the_commit_leaves_everything_in_the_queue(world: World) -> None:
    """Entries, nodes, checkpoint and queue change together or not at all."""

    class Crash(Exception):
        """The process dies here."""

    class DiesAtCommit:
        def __init__(self, log) -> None:
            self._log = log

        def __getattr__(self, name: str):
            return getattr(self._log, name)

        def commit(self) -> None:
            raise Crash

    class OpensDying(OpenLog):
        def __call__(self):
            opened_log = super().__call__()

            class Managed:
                def __enter__(self):
                    return DiesAtCommit(opened_log.__enter__())

                def __exit__(self, *error):
                    return opened_log.__exit__(*error)

            return Managed()

    before = size(world)
    world.hear(sent(uuid4(), []), sent(uuid4(), []))
    dying = Sequencer(OpensDying(world.log), signer(world), world.clock)
    with pytest.raises(Crash):
        dying.run()
    assert size(world) == before
    assert world.as_role("", "select count(*) from pending_entries") == [(2,)]
    assert world.sequencer.run() == 2
    assert size(world) == before + 2


def test_two_sequencers_do_not_fork_the_log(world: World) -> None:
    """While one holds the lock, another finds nothing to do; racing ones make one unbroken log."""
    before = size(world)
    world.hear(*[sent(uuid4(), []) for _ in range(40)])
    with OpenLog(world.log)() as held:
        assert held.lock()
        other = bootstrap.log_engine(world.settings)
        assert bootstrap.sequencer_for(world.settings, other, world.clock).run() == 0
    engines = [bootstrap.log_engine(world.settings) for _ in range(3)]
    racing = [bootstrap.sequencer_for(world.settings, each, world.clock) for each in engines]
    threads = [threading.Thread(target=each.run) for each in racing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    world.sequencer.run()
    for engine in (*engines, other):
        engine.dispose()
    assert size(world) == before + 40
    indexes = [row[0] for row in world.rows("select index from log_entries order by index")]
    assert indexes == list(range(before + 40))


def test_an_event_heard_twice_is_one_entry_and_an_alarm(world: World) -> None:
    """The inbox keeps repeats out; if it has forgotten, the log itself does, and says so."""
    event = sent(uuid4(), [])
    envelope = world.envelope(event)
    world.hear_envelope(envelope, event)
    world.sequencer.run()
    before = size(world)
    world.hear_envelope(envelope, event)
    world.hear_envelope(envelope, event)
    assert world.sequencer.run() == 2
    assert size(world) == before
    alarms = world.as_role("", "select kind, event_id from alarms where closed_at is null and kind = 'event-doubled'")
    assert alarms == [("event-doubled", envelope.id)]


def test_another_event_under_a_used_sequence_raises_an_alarm(world: World) -> None:
    """Both are kept, since both happened; but a publisher numbers each event once."""
    event = sent(uuid4(), [])
    world.hear_envelope(world.envelope(event, sequence=9_001), event)
    world.sequencer.run()
    world.hear_envelope(world.envelope(event, sequence=9_001), event)
    world.sequencer.run()
    alarms = world.as_role("", "select first, last from alarms where kind = 'sequence-doubled'")
    assert (9_001, 9_001) in alarms


@pytest.mark.holds("another-key-does-not-sign")
def test_another_key_does_not_sign_on(world: World) -> None:
    """A log whose newest checkpoint this key has not signed is left alone."""
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    world.hear(sent(uuid4(), []))
    stranger = Sequencer(OpenLog(world.log), SignerKey(signer(world).verifier.name, bytes(32)), world.clock)
    with pytest.raises(LogHasAnotherKey):
        stranger.run()
    assert world.sequencer.run() == 1


def test_the_lonely_verifier_agrees_with_the_database(world: World) -> None:
    """The tree as stored is the tree as the verifier grows it."""
    world.hear(*[sent(uuid4(), []) for _ in range(7)], given(uuid4(), uuid4()), opened(uuid4()))
    world.sequencer.run()
    tree = verify.Tree()
    for (leaf,) in world.rows("select leaf from log_entries order by index"):
        tree.append(leaf_hash(unpack(leaf)))
    assert bytes(world.rows("select root from log_checkpoints order by size desc limit 1")[0][0]) == tree.root()
