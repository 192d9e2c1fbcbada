"""Verifies the audit log from outside: an export of it, with the verifier that trusts nothing but one public key."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from operations.checkout import CHECKOUT
from operations.export_log import export_to
from operations.look_beside import look_beside
from operations.trouble import Trouble
from services.audit.adapters.kept_checkpoint import KeptCheckpointFile
from services.audit.log.checkpoint import CheckpointIsWrong
from services.audit.log.kept_note import note_from_file
from services.audit.log.keys import KeyIsMalformed, VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint
from services.audit.views.export import NothingToExport
from shared.kernel.refusals import Refusal
from shared.settings import Settings

VERIFIER = CHECKOUT / "services/audit/verify.py"
KEY_FILE = "log-verifying"
TOLD_AT_MOST = 20
HOLDS, DOES_NOT_HOLD, CANNOT_BE_ASKED = 0, 1, 2


class CannotBeAsked(Trouble):
    """The question could not be put, which says nothing about the log."""

    exit_code = CANNOT_BE_ASKED


def verify(
    export: Path | None,
    key: str,
    console: Console,
    known: Sequence[Path] = (),
    *,
    installation: Callable[[], Settings] = Settings.from_environment,
) -> int:
    """Run the verifier in a process of its own and return its exit code: 0 holds, 1 does not, 2 could not be asked.

    Without an export one is made, and that act is recorded; it is removed when the log holds. It must have grown out of
    the checkpoint that the sequencer keeps outside the database, and out of each of `known`. `key` is the public key's
    text or a file that holds it; without one, the file beside the installation's keys is taken. Which installation is
    asked of `installation`, and only where export or key are not given. Raises Trouble.
    """
    missing = [str(each) for each in known if not each.is_file()]
    if missing:
        raise CannotBeAsked(f"There is no checkpoint at {', '.join(missing)}.")
    if export is not None:
        if not export.exists():
            raise CannotBeAsked(f"There is no export at {export}.")
        return _ask_the_verifier(export, _public_key(key, installation), console, known)
    folder = Path(tempfile.mkdtemp(prefix="lotsa-log-"))
    made = folder / "lotsa-log.zip"
    try:
        settings = _settings(installation)
        # before the export: the log goes on growing, and what is kept meanwhile would be ahead of it
        known = [*known, *_copied(settings.kept_checkpoint, folder / "kept-checkpoint")]
        size = export_to(settings, made, by=getpass.getuser())
    except NothingToExport:
        return _of_an_empty_log(known, _public_key(key, installation), console)
    except Refusal as refusal:
        raise CannotBeAsked(str(refusal)) from None
    console.print(f"Exported {size} entries.")
    status = _ask_the_verifier(made, _public_key(key, installation), console, known)
    if status == DOES_NOT_HOLD:
        console.print(f"The export and the evidence are kept in {folder}.")
        return status
    if status == CANNOT_BE_ASKED and (folder / "kept-checkpoint").is_file():
        # whichever file it was: the reader was told of one by the name of a copy that is gone in a moment
        copy = folder / "kept-checkpoint"
        console.print(f"Where {copy} is named: it was a copy of {settings.kept_checkpoint}.", markup=False)
    shutil.rmtree(folder)
    return _beside(settings, console) if status == HOLDS else status


def _beside(settings: Settings, console: Console) -> int:
    """The export holds; does what stands beside the entries in the database fit them? Names places, never contents."""
    found = look_beside(settings)
    if not found:
        console.print("What stands beside the entries in the database fits them.")
        return HOLDS
    console.print(f"WRONG: what stands beside the entries in the database does not fit them, in {len(found)} places:")
    for each in found[:TOLD_AT_MOST]:
        console.print(f"  entry {each.first}: {each.where or each.kind} ({each.kind})", markup=False)
    if len(found) > TOLD_AT_MOST:
        console.print(f"  and {len(found) - TOLD_AT_MOST} more")
    console.print("The entries themselves hold. docs/operating.md says what to do at each of these.")
    return DOES_NOT_HOLD


def verify_put_back(settings: Settings, known: Sequence[Path], console: Console) -> int:
    """The same of a log that was just put back, held against these checkpoints alone. Raises CannotBeAsked.

    ``settings`` must name the log's public key; the export is an entry of the log, and nothing is left behind.
    """
    file = settings.audit_verifying_key_file
    if file is None:
        raise CannotBeAsked("LOTSA_AUDIT_VERIFYING_KEY_FILE is needed to verify what was put back.")
    with tempfile.TemporaryDirectory(prefix="lotsa-log-") as folder:
        made = Path(folder) / "lotsa-log.zip"
        try:
            export_to(settings, made, by=getpass.getuser())
        except Refusal as refusal:
            raise CannotBeAsked(str(refusal)) from None
        return _ask_the_verifier(made, file.read_text("ascii").strip(), console, known)


def _of_an_empty_log(known: Sequence[Path], key: str, console: Console) -> int:
    """An empty log grew out of no checkpoint; what was kept and is none says nothing. Raises CannotBeAsked."""
    if not known:
        raise CannotBeAsked("The log has no entries yet.")
    try:
        ours = VerifierKey.from_text(key)
    except KeyIsMalformed as wrong:
        raise CannotBeAsked(f"The key cannot be read: {wrong}.") from None
    for each in known:
        try:
            covered = open_checkpoint(note_from_file(each.read_bytes()), ours).size
        except CheckpointIsWrong as wrong:
            console.print(f"Could not ask {each}: {wrong}. This says nothing about the log.", markup=False)
        else:
            if covered:
                console.print(f"WRONG: the log is empty, though a checkpoint of it was kept: {each}", markup=False)
                return DOES_NOT_HOLD
    raise CannotBeAsked("The log has no entries, and nothing that was kept is a checkpoint of more.")


def _settings(installation: Callable[[], Settings]) -> Settings:
    try:
        return installation()
    except Trouble as trouble:
        raise CannotBeAsked(str(trouble)) from None


def _public_key(given: str, installation: Callable[[], Settings]) -> str:
    if not given:
        file = _settings(installation).var / "keys" / KEY_FILE
        if not file.is_file():
            raise CannotBeAsked("Say which public key signs the log: --key, as its text or a file that holds it.")
        return file.read_text().strip()
    try:
        return Path(given).read_text(encoding="utf-8-sig").strip() if Path(given).is_file() else given
    except OSError:
        # more keys than a path may be long
        return given


def _copied(kept: Path | None, to: Path) -> list[Path]:
    """The kept checkpoint, as a file that nobody replaces; none where there is none yet."""
    note = KeptCheckpointFile(kept).read() if kept is not None else None
    if note is None:
        return []
    to.write_bytes(note.encode())
    return [to]


def _ask_the_verifier(export: Path, key: str, console: Console, known: Sequence[Path] = ()) -> int:
    kept = [word for each in known for word in ("--known", str(each))]
    # however long it takes: a log grows for years, and whoever waits can end it
    done = subprocess.run(
        # isolated: no module of ours can be imported, whatever lies beside it
        [sys.executable, "-I", str(VERIFIER), str(export), "--key", key, *kept],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    said_wrong = done.stdout.startswith("WRONG")
    if done.returncode not in (HOLDS, CANNOT_BE_ASKED) and not (done.returncode == DOES_NOT_HOLD and said_wrong):
        # killed, or out of memory: it said nothing that can be relied on
        raise CannotBeAsked(
            f"The verifier did not come to its end (exit code {done.returncode}); this says nothing about the log. Was"
            " there memory and room on the disk left? Ask again."
        )
    console.print((done.stdout + done.stderr).strip(), markup=False)
    return done.returncode
