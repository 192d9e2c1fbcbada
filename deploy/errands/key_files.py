"""What the errands that change keys share: files put in place whole, processes given them, and the log's word on it."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.errands.coming_back import act, database_of, tell
from shared.settings import Settings

HANDS_OUT = "LOTSA_HANDS_OUT_KEYS"
"""Set where processes have copies of the key files, and an errand may write them."""


def put(path: Path, text: str) -> None:
    """Write a key file in place of what was there, whole: it is read by processes that run. Its owner and mode stay."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    if path.exists():
        before = path.stat()
        draft.chmod(before.st_mode & 0o777)
        os.chown(draft, before.st_uid, before.st_gid)
    draft.rename(path)


def hand_out() -> None:
    """Give processes that have copies of the key files the files as they are now."""
    if os.environ.get(HANDS_OUT):
        from deploy.compose.prepare import hand_out as to_each
        from deploy.compose.prepare import prepared_installation

        to_each(prepared_installation())


def record(settings: Settings, service: str, action: str, kind: str, rule: str) -> None:
    """Have the service's relay tell the log that an operator did this to a kind of key."""
    with database_of(settings, service) as engine, engine.begin() as connection:
        tell(connection, act(action, kind, rule))
