"""The sequencer: pending entries become log entries, tree nodes and a signed checkpoint, all in one transaction.

There is one at a time, by advisory lock. After a crash the transaction is either whole or was never there, so the log
never holds an entry without its nodes and checkpoint, and the queue never loses one without its entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from services.audit.domain.ports import Entry, Head, LogStore, OpensLog, Waiting
from services.audit.domain.refusals import LogHasAnotherKey
from services.audit.log.checkpoint import Checkpoint, CheckpointIsWrong, SignerKey, open_checkpoint
from services.audit.log.entry import leaf_bytes
from services.audit.log.merkle import Frontier, leaf_hash
from shared.kernel.clock import Clock

BATCH = 256
DOUBLED_EVENT = "event-doubled"
DOUBLED_SEQUENCE = "sequence-doubled"


class Sequencer:
    """Integrates what is pending, batch by batch. Keeps the tree's right edge between batches."""

    def __init__(self, open_log: OpensLog, signer: SignerKey, clock: Clock) -> None:
        self._open_log = open_log
        self._signer = signer
        self._clock = clock
        self._edge = Frontier()
        self._edge_root: bytes | None = None

    def integrate(self, *, at_most_batches: int = 20) -> int:
        """Integrate what is pending, in batches of at most 256; how many entries. 0 also when another is at it.

        Raises LogHasAnotherKey rather than sign a second history.
        """
        done = 0
        for _ in range(at_most_batches):
            taken = self._one_batch()
            done += taken
            if taken < BATCH:
                break
        return done

    def _one_batch(self) -> int:
        with self._open_log() as log:
            if not log.lock():
                return 0
            taken = log.take(BATCH)
            if not taken:
                return 0
            head = log.head()
            edge = self._edge_of(log, head)
            now = self._clock.now()
            recorded_at = max(now, head.signed_at) if head else now
            entries, nodes = _grow(edge, self._new(log, taken, now), recorded_at)
            if entries:
                checkpoint = Checkpoint(self._signer.verifier.name, edge.size, edge.root())
                signed = Head(edge.size, checkpoint.root, self._signer.sign(checkpoint), recorded_at)
                log.append(entries, nodes, signed)
            log.commit()
        self._edge, self._edge_root = edge, edge.root()
        return len(taken)

    def _edge_of(self, log: LogStore, head: Head | None) -> Frontier:
        if head is None:
            return Frontier()
        if self._edge_root == head.root and self._edge.size == head.size:
            return Frontier(self._edge.size, list(self._edge.hashes))
        try:
            open_checkpoint(head.note, self._signer.verifier)
        except CheckpointIsWrong:
            raise LogHasAnotherKey from None
        edge = Frontier.at(head.size, log.node)
        if edge.root() != head.root:
            raise RuntimeError("the stored tree does not have the root that was signed")
        return edge

    def _new(self, log: LogStore, taken: Sequence[Waiting], now: datetime) -> list[Waiting]:
        """Those that are not in the log yet. The inbox forgets after a month, so the log looks for itself."""
        seen = {each.event_id for each in taken if each.known}
        new: list[Waiting] = []
        sequences: defaultdict[str, list[int]] = defaultdict(list)
        for each in taken:
            if each.event_id in seen:
                number = each.sequence or 0
                log.alarm(DOUBLED_EVENT, each.source, number, number, each.event_id, now)
                continue
            seen.add(each.event_id)
            new.append(each)
            if each.sequence is not None:
                if each.sequence in sequences[each.source]:
                    log.alarm(DOUBLED_SEQUENCE, each.source, each.sequence, each.sequence, each.event_id, now)
                sequences[each.source].append(each.sequence)
        for source, numbers in sequences.items():
            for first, last in log.hear(source, numbers):
                log.alarm(DOUBLED_SEQUENCE, source, first, last, None, now)
        return new


def _grow(
    edge: Frontier, new: Sequence[Waiting], recorded_at: datetime
) -> tuple[list[Entry], list[tuple[int, int, bytes]]]:
    entries: list[Entry] = []
    nodes: list[tuple[int, int, bytes]] = []
    for waiting in new:
        leaf = leaf_bytes(waiting.members, recorded_at)
        made = edge.append(leaf_hash(leaf))
        entries.append(Entry(made[0].index, waiting, leaf, made[0].hash, recorded_at))
        nodes += [(node.level, node.index, node.hash) for node in made[1:]]
    return entries, nodes
