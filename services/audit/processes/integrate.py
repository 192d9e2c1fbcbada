"""The sequencer: pending entries become log entries, tree nodes and a signed checkpoint, all in one transaction.

There is one at a time, by advisory lock. After a crash the transaction is either whole or was never there, so the log
never holds an entry without its nodes and checkpoint, and the queue never loses one without its entry.

It signs only what the log has grown out of: what it signed last, in memory, and the checkpoint that is kept outside the
database, over restarts. Whoever owns the tables can take the log's end away; the key does not sign for them.

Its key may be changed while it runs (``lotsa keys rotate log-signing``): it is looked at under the lock, and another
key than the one that signed the head signs only when an entry under that head announces it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from services.audit.domain.alarms import EVENT_DOUBLED, SEQUENCE_DOUBLED, THE_LOG
from services.audit.domain.beside import about_of, units_of
from services.audit.domain.make_leaf import completed
from services.audit.domain.ports import Entry, Head, KeptCheckpoint, LogStore, OpensLog, Waiting
from services.audit.domain.refusals import LogHasAnotherKey, LogHasShrunk, LogIsNotOurs
from services.audit.log.checkpoint import Checkpoint, CheckpointIsWrong
from services.audit.log.entry import leaf_bytes
from services.audit.log.keys import SignerKey, VerifierKey
from services.audit.log.merkle import (
    KEPT_FROM,
    Frontier,
    ProofIsWrong,
    consistency_proof,
    leaf_hash,
    verify_consistency,
)
from services.audit.log.open_checkpoint import open_checkpoint
from services.audit.log.shown_set import folded
from shared.kernel.clock import Clock

BATCH = 256
AT_MOST_BATCHES = 20


class Sequencer:
    """Integrates what is pending, batch by batch. Keeps the tree's right edge between batches."""

    def __init__(
        self,
        begin: OpensLog,
        signer: SignerKey,
        clock: Clock,
        kept: KeptCheckpoint | None = None,
        *,
        now_signing: Callable[[], SignerKey] | None = None,
    ) -> None:
        """``now_signing``: the key as it is now, the same object for as long as it has not changed."""
        self._begin = begin
        self._signer = signer
        self._now_signing = now_signing or (lambda: signer)
        self._taken_up: SignerKey | None = None
        self._clock = clock
        self._kept = kept
        self._edge = Frontier()
        self._edge_root: bytes | None = None
        self._compared = False
        self._read: tuple[str, Checkpoint] | None = None

    def run(self) -> int:
        """Integrate what is pending, in at most 20 batches of at most 256; how many entries. 0 also when another is at
        it.

        Raises LogHasAnotherKey or LogHasShrunk rather than sign a second history; the alarm is raised before that.
        """
        done = 0
        for _ in range(AT_MOST_BATCHES):
            try:
                taken = self._one_batch()
            except LogIsNotOurs as refusal:
                # what was taken is back in the queue: nothing of that transaction was committed
                self._raise_alarm(refusal)
                raise
            done += taken
            if taken < BATCH:
                break
        return done

    def _one_batch(self) -> int:
        with self._begin() as log:
            if not log.lock():
                return 0
            taken = log.take(BATCH)
            if not taken and self._compared:
                return 0
            head = log.head()
            self._take_up_key(log, head)
            edge = self._edge_of(log, head)
            self._compared = True
            now = self._clock.now()
            recorded_at = max(now, head.signed_at) if head else now
            entries, nodes = _grow(edge, self._new(log, taken, now), recorded_at)
            if entries:
                checkpoint = Checkpoint(self._signer.verifier.name, edge.size, edge.root())
                signed = Head(edge.size, checkpoint.root, self._signer.sign(checkpoint), recorded_at)
                log.append(entries, nodes, signed)
            log.commit()
        self._edge, self._edge_root = edge, edge.root()
        if entries and self._kept is not None:
            # after the commit: what is kept is never ahead of the log
            self._kept.keep(signed.note)
        return len(taken)

    def _take_up_key(self, log: LogStore, head: Head | None) -> None:
        """Sign with the key as it is now. Raises LogHasAnotherKey for one that nothing under the head announces."""
        signer = self._now_signing()
        if signer is self._taken_up:
            return
        key = signer.verifier
        if head is not None and _signed_by(head, replace(key, others=())) is None:
            signed = _signed_by(head, key)
            if signed is None or not log.announces(str(key), signed.size, signed.root):
                raise LogHasAnotherKey(head.size)
        self._signer = self._taken_up = signer

    def _edge_of(self, log: LogStore, head: Head | None) -> Frontier:
        """The tree's right edge, once the log is known to have grown out of everything that was signed before."""
        signed_before = self._signed_before()
        for before in signed_before:
            if head is None or head.size < before.size:
                raise LogHasShrunk(head.size if head else 0, before.size - 1)
        if head is None:
            return Frontier()
        known = self._edge_root == head.root and self._edge.size == head.size
        edge = Frontier(self._edge.size, list(self._edge.hashes)) if known else self._stored_edge(log, head)
        for before in signed_before:
            if (before.size, before.root) != (head.size, head.root):
                _must_have_grown(log, before, head)
        return edge

    def _signed_before(self) -> list[Checkpoint]:
        """What was signed last: by this sequencer, and by whoever kept a checkpoint (it, another, or one before)."""
        found = []
        if self._edge.size and self._edge_root is not None:
            found.append(Checkpoint(self._signer.verifier.name, self._edge.size, self._edge_root))
        note = self._kept.read() if self._kept is not None else None
        if note is not None:
            if self._read is None or self._read[0] != note:
                try:
                    self._read = note, open_checkpoint(note, self._signer.verifier)
                except CheckpointIsWrong:
                    raise LogHasAnotherKey from None
            found.append(self._read[1])
        return found

    def _stored_edge(self, log: LogStore, head: Head) -> Frontier:
        try:
            signed = open_checkpoint(head.note, self._signer.verifier)
        except CheckpointIsWrong:
            raise LogHasAnotherKey(head.size) from None
        try:
            edge = Frontier.at(head.size, log.node)
        except LookupError:
            raise LogHasShrunk(0, head.size - 1) from None
        if edge.root() != head.root or (signed.size, signed.root) != (head.size, head.root):
            raise LogHasShrunk(0, head.size - 1)
        return edge

    def _raise_alarm(self, refusal: LogIsNotOurs) -> None:
        with self._begin() as log:
            log.alarm(refusal.kind, THE_LOG, refusal.first, refusal.last, None, self._clock.now())
            log.commit()

    def _new(self, log: LogStore, taken: Sequence[Waiting], now: datetime) -> list[Waiting]:
        """Those that are not in the log yet. The inbox forgets after a month, so the log looks for itself."""
        seen = {each.event_id for each in taken if each.known}
        new: list[Waiting] = []
        sequences: defaultdict[str, list[int]] = defaultdict(list)
        for each in taken:
            if each.event_id in seen:
                number = each.sequence or 0
                log.alarm(EVENT_DOUBLED, each.source, number, number, each.event_id, now)
                continue
            seen.add(each.event_id)
            new.append(each)
            if each.sequence is not None:
                if each.sequence in sequences[each.source]:
                    log.alarm(SEQUENCE_DOUBLED, each.source, each.sequence, each.sequence, each.event_id, now)
                sequences[each.source].append(each.sequence)
        for source, numbers in sequences.items():
            for first, last in log.hear(source, numbers):
                log.alarm(SEQUENCE_DOUBLED, source, first, last, None, now)
        return new


def _signed_by(head: Head, key: VerifierKey) -> Checkpoint | None:
    try:
        return open_checkpoint(head.note, key)
    except CheckpointIsWrong:
        return None


def _must_have_grown(log: LogStore, before: Checkpoint, head: Head) -> None:
    try:
        proof = consistency_proof(before.size, head.size, log.node)
        verify_consistency(before.size, head.size, proof, before.root, head.root)
    except (ProofIsWrong, LookupError):
        raise LogHasShrunk(0, before.size - 1) from None


def _grow(
    edge: Frontier, new: Sequence[Waiting], recorded_at: datetime
) -> tuple[list[Entry], list[tuple[int, int, bytes]]]:
    entries: list[Entry] = []
    nodes: list[tuple[int, int, bytes]] = []
    for waiting in new:
        members, shown = folded(completed(waiting.members, waiting.units))
        leaf = leaf_bytes(members, recorded_at)
        made = edge.append(leaf_hash(leaf))
        about, units = about_of(members), units_of(members)
        entries.append(Entry(made[0].index, waiting, leaf, made[0].hash, recorded_at, about, units, shown))
        nodes += [(node.level, node.index, node.hash) for node in made[KEPT_FROM:]]
    return entries, nodes
