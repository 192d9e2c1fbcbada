"""Audit's own database was put back: what the log was before, whether what is there holds, and what cannot be had.

A log that was put back is shorter than what was signed, and the sequencer refuses it, rightly: only people can say that
this was meant. This is where they say it. The entries that are sent again stand in another order and at another time,
so the log does not grow out of the old checkpoint. Both are signed by one key: the entry names the old checkpoint, and
whoever keeps it finds there by whom and why there are two.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from rich.console import Console
from sqlalchemy import text

from operations import verify_log
from operations.come_back.account import without
from operations.come_back.what_the_log_holds import sources_of
from operations.operator_act import database_of
from operations.trouble import Trouble
from services.audit.adapters.kept_checkpoint import KeptCheckpointFile
from services.audit.domain.gaps import missing
from services.audit.domain.given_up import as_told
from services.audit.log.checkpoint import CheckpointIsWrong
from services.audit.log.keys import VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint
from shared.kernel.clock import SystemClock
from shared.messaging import epochs
from shared.settings import SERVICES, Settings

AUDIT = "audit"
_SIZE = "SELECT coalesce(max(size), 0) FROM log_checkpoints"


@dataclass(frozen=True)
class PutBack:
    """The log as it was put back, and the checkpoint that had been signed before when it has not grown out of that."""

    size: int
    kept_size: int | None = None
    kept_root: str | None = None
    moved_to: Path | None = None


def accept(settings: Settings, console: Console, begin_bus_anew: Callable[[], None] | None) -> PutBack:
    """See that the log that is there holds, and lay the kept checkpoint aside when the log has not grown out of it.

    ``begin_bus_anew`` has audit's bus started anew, where that can be done from here; called when one was laid aside.
    Raises Trouble when what was put back does not hold: then nothing is laid aside.
    """
    with database_of(settings, AUDIT) as engine, engine.connect() as connection:
        size = int(connection.execute(text(_SIZE)).scalar_one())
    kept = settings.kept_checkpoint
    note = KeptCheckpointFile(kept).read() if kept is not None else None
    if size and verify_log.verify_put_back(settings, [], console) != verify_log.HOLDS:
        raise Trouble("The log that was put back does not hold. Put back another copy; nothing else was changed.")
    if note is None or kept is None or (size and _grew_out_of(settings, note)):
        return PutBack(size)
    aside = kept.with_name(f"{kept.name}.before-{SystemClock().now().astimezone(UTC):%Y%m%dT%H%M%SZ}")
    try:
        signed = open_checkpoint(note, _key(settings))
    except CheckpointIsWrong:
        raise Trouble(
            f"{kept} holds no checkpoint of this log's key. Look at it, and move it away by hand: it may be evidence."
        ) from None
    kept.rename(aside)
    # the sequencer remembers what it signed, and goes on refusing until it is another process
    if begin_bus_anew is not None:
        begin_bus_anew()
    return PutBack(size, signed.size, signed.root.hex(), aside)


def _grew_out_of(settings: Settings, note: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="lotsa-checkpoint-") as folder:
        copy = Path(folder) / "kept-checkpoint"
        copy.write_bytes(note.encode())
        # that it has not is what is asked here, and no reason for alarm
        return verify_log.verify_put_back(settings, [copy], Console(quiet=True)) == verify_log.HOLDS


def nobody_holds(settings: Settings) -> list[str]:
    """What the other services have numbered and neither this log nor their outboxes hold any more, as it is told."""
    found: list[str] = []
    with database_of(settings, AUDIT) as log, log.connect() as there:
        for service in SERVICES:
            if service == AUDIT:
                continue
            known = {each.epoch: each for each in sources_of(there, settings.installation, service)}
            with database_of(settings, service) as own, own.connect() as here:
                publisher = epochs.publisher_of(here)
                source = known.get(publisher.epoch)
                highest = max(publisher.last_sequence, source.known_highest if source else 0)
                gaps = missing(highest, source.accounted if source else ())
                still = epochs.held_numbers(here, publisher.epoch, gaps)
            found += as_told(service, publisher.epoch, without(gaps, still))
    return found


def say(put_back: PutBack, given_up: list[str], console: Console) -> None:
    """What was done, what cannot be had, and what remains for people to do."""
    console.print(f"  The log was put back with {put_back.size} entries, and what the services still have came after.")
    for run in given_up:
        console.print(f"  held by nobody, and looked for no more: {run}", markup=False)
    if put_back.kept_size is not None:
        console.print(
            f"  It has not grown out of the checkpoint of {put_back.kept_size} entries that had been signed, which is "
            f"kept as {put_back.moved_to}; what audit alone knew of the time between (reviewers' readings, alarms that "
            "were closed) is lost. Tell those who keep checkpoints. Have audit's bus started anew if it refuses to "
            "sign; a reviewer closes the alarm.",
            markup=False,
        )
    console.print("  It goes on under a new epoch; one entry of the log says by whom, and why.")


def _key(settings: Settings) -> VerifierKey:
    file = settings.audit_verifying_key_file
    if file is None:
        raise Trouble("LOTSA_AUDIT_VERIFYING_KEY_FILE is needed to read the kept checkpoint.")
    return VerifierKey.from_text(file.read_text("ascii"))
