"""What the commands that change keys share: files put in place whole, processes given them, the log's word on it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from operations.operator_act import act, database_of, tell
from operations.trouble import Trouble
from shared.settings import Settings

HANDS_OUT = "LOTSA_HANDS_OUT_KEYS"
"""Set where processes have copies of the key files, and a command may write them."""


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the one command that changes keys of this installation. Raises Trouble when another is at it.

    Two at once would each make a key and write over the other's file: what was sealed or signed under that key in
    between would be lost. The folders themselves are locked, so that nothing is left in them, whatever ends it.
    """
    named = (settings.session_signing_key_file, settings.session_verifying_keys_file, settings.audit_signing_key_file,
             settings.audit_verifying_key_file, *(own.master_key_file for own in settings.services.values()),
             *(own.cookie_key_file for own in settings.services.values()))  # fmt: skip
    folders = {path.resolve().parent for path in named if path is not None}
    with ExitStack() as held:
        for folder in sorted(filter(Path.is_dir, folders)):
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            held.callback(os.close, opened)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble(
                    f"Keys in {folder} are being changed by another command. Nothing was done: wait until that one is"
                    " over, and say the same again."
                ) from None
        yield


def put(path: Path, text: str) -> None:
    """Write a key file in place of what was there, whole: it is read by processes that run. Its owner and mode stay.

    It is on the disk before it takes the old one's place. What a link leads to is written, and the link left.
    """
    path = path.resolve()
    draft = path.with_name(f"{path.name}.draft")
    # whatever a command that was killed has left: nobody else's file, or link, is written into
    draft.unlink(missing_ok=True)
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(opened, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if path.exists():
                before = path.stat()
                os.fchmod(opened, before.st_mode & 0o777)
                os.fchown(opened, before.st_uid, before.st_gid)
            os.fsync(opened)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    _keep_the_name(path.parent)


def _keep_the_name(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def hand_out() -> None:
    """Give processes that have copies of the key files the files as they are now."""
    if os.environ.get(HANDS_OUT):
        from operations.install.prepare import hand_out as to_each
        from operations.install.prepare import prepared_installation

        to_each(prepared_installation())


def record(settings: Settings, service: str, action: str, kind: str, rule: str) -> None:
    """Have the service's relay tell the log that an operator did this to a kind of key."""
    with database_of(settings, service) as engine, engine.begin() as connection:
        tell(connection, act(action, kind, rule))
