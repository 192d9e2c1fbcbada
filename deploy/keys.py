"""Makes the key files of an installation. They lie outside the database and are in no backup of it."""

from __future__ import annotations

import secrets
from pathlib import Path

from services.audit.log.checkpoint import SignerKey
from shared.settings import SERVICES
from shared.storage.encryption import MasterKey
from shared.web.session_keys import make_public_half, make_session_keys
from shared.web.tokens import make_demo_keys


def make_keys(folder: Path, installation: str) -> None:
    """Write every key file that is missing; those that are there are never touched: data hangs on them.

    Whether one that is missing should have been there is asked before this, of the databases (`Installation`).

    `installation` is the name that the log's checkpoints are signed under.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private, public = folder / "session-private.json", folder / "session-jwks.json"
    if not private.exists():
        make_session_keys(private, public)
    elif not public.exists():
        make_public_half(private, public)
    for service in SERVICES:
        _once(folder / f"{service}-cookie", secrets.token_urlsafe(48))
        _once(folder / f"{service}-master", MasterKey.generate(f"{service}-1").line())
    _once(folder / "log-signing", SignerKey.generate(f"{installation}/audit").secret_text())
    # the public half is in the other, also where only that one was put back
    _once(folder / "log-verifying", str(SignerKey.from_text((folder / "log-signing").read_text("ascii")).verifier))
    if not (folder / "token-private.json").exists():
        make_demo_keys(folder / "token-private.json", folder / "token-jwks.json")


def _once(path: Path, text: str) -> None:
    if path.exists():
        return
    # written whole or not at all: half a key file would be taken for a key
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    draft.rename(path)
