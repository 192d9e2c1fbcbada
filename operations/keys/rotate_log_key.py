"""The key that signs the log is changed while it runs: announced in the log, under the old key, before the new signs.

What the old key has signed holds for ever, by a file of keys that says of how many entries its last checkpoint was.
Its private half is not kept: nothing needs it any more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from operations.install.key_uses import asking, check_signing_key
from operations.keys.key_files import hand_out, put
from operations.operator_act import ISSUER, database_of, operator, tell
from operations.trouble import Trouble
from services.audit.adapters.log_store import LogStore, OpenLog
from services.audit.bootstrap import log_engine
from services.audit.log.keys import SignerKey, VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint
from shared.contracts.audit import LogKeyChanged
from shared.environment import SettingsAreWrong
from shared.kernel.clock import SystemClock
from shared.settings import Settings

KIND = "log-signing"
ENTERS_WITHIN_S = 90.0
AUDIT = "audit"


def rotate(settings: Settings, console: Console, *, wait: float, within: float = ENTERS_WITHIN_S) -> None:
    """Change it; each step can be repeated after a crash. Raises Trouble, KeyTrouble, SettingsAreWrong.

    ``wait``: seconds until every process has its files; ``within``: how long the announcement may take to enter it.
    """
    signing, verifying = settings.audit_signing_key_file, settings.audit_verifying_key_file
    owner_url = settings.service(AUDIT).owner_database_url
    if signing is None or verifying is None or not owner_url:
        raise SettingsAreWrong(
            "LOTSA_AUDIT_SIGNING_KEY_FILE, LOTSA_AUDIT_VERIFYING_KEY_FILE and LOTSA_AUDIT_OWNER_DATABASE_URL are needed"
        )
    with asking(owner_url) as connection:
        check_signing_key(signing, connection)
    key = _signer(signing)
    if key.coming is None and _published(verifying) != key.verifier.lines():
        # one that broke off after the key was changed; or the file was lost, or another
        _publish(verifying, key)
        console.print(
            f"{verifying} was not what belongs to {signing}: an earlier change broke off, or the file is another. It is"
            " written anew, and the key was not changed now: say the same again if it is to be.",
            markup=False,
        )
        return
    if key.coming is None:
        key = key.with_coming(SignerKey.generate(key.verifier.name))
        put(signing, _text(key.secret_lines()))
        console.print(f"  A new key is added to {signing} and {verifying}", markup=False)
    else:
        console.print("  A key was added before: that is gone on with")
    _publish(verifying, key)
    # no process tells that it has looked at its file again, so each is given the time in which it does
    time.sleep(wait)
    engine = log_engine(settings)
    try:
        _announce(settings, OpenLog(engine), key, within)
        console.print("  The log tells of it")
        with _alone(OpenLog(engine), within) as log:
            head = log.head()
            key = key.changed(head.size if head else 0)
            # this first: what is written of it below can be made of it again
            put(signing, _text(key.secret_lines()))
            _publish(verifying, key)
    finally:
        engine.dispose()
    console.print(
        f"Done. The new key signs from the next checkpoint on. Give {verifying} to everybody who verifies the log, and"
        " keep copies of both files where the others are; backups of keys from before sign nothing any more.",
        markup=False,
    )


def _announce(settings: Settings, open_log: OpenLog, key: SignerKey, within: float) -> None:
    """Have an entry say it, and wait until it is one."""
    if key.coming is None:
        raise Trouble("No key is to sign next.")
    new = str(key.coming.verifier)
    if not _is_announced(open_log, new, key.verifier):
        event = LogKeyChanged(
            key=new, before=str(key.verifier), issuer=ISSUER, subject=operator(), occurred_at=SystemClock().now()
        )
        with database_of(settings, AUDIT) as engine, engine.begin() as connection:
            tell(connection, event)
    until = time.monotonic() + within
    while not _is_announced(open_log, new, key.verifier):
        if time.monotonic() > until:
            raise Trouble(
                "The log has not taken in that its key is to be changed, so it was not: the old one goes on signing. Do"
                " audit's relay and bus run, and the broker? Say the same again when they do."
            )
        time.sleep(0.2)


def _is_announced(open_log: OpenLog, vkey: str, by: VerifierKey) -> bool:
    with open_log() as log:
        head = log.head()
        if head is None:
            return False
        signed = open_checkpoint(head.note, by)
        return log.announces(vkey, signed.size, signed.root)


@contextmanager
def _alone(open_log: OpenLog, within: float) -> Iterator[LogStore]:
    """Be the one sequencer, so that nobody signs meanwhile."""
    until = time.monotonic() + within
    while True:
        with open_log() as log:
            if log.lock():
                yield log
                return
        if time.monotonic() > until:
            raise Trouble("The sequencer does not let go of the log; the old key goes on signing. Say the same again.")
        time.sleep(0.02)


def _signer(path: Path) -> SignerKey:
    return SignerKey.from_text(path.read_text("ascii"))


def _published(path: Path) -> list[str]:
    try:
        return VerifierKey.from_text(path.read_text("ascii")).lines() if path.exists() else []
    except ValueError:
        # it is made of the other, which was looked at
        return []


def _publish(path: Path, key: SignerKey) -> None:
    put(path, _text(key.verifier.lines()))
    hand_out()


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
