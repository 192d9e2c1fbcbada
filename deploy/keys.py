"""Makes the key files of an installation. They lie outside the database and are in no backup of it."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from services.audit.log.checkpoint import SignerKey
from shared.settings import SERVICES
from shared.web.session_keys import make_session_keys
from shared.web.tokens import make_demo_keys


def make_keys(folder: Path, installation: str) -> None:
    """Write every key file that is missing; those that are there are never touched: data hangs on them.

    `installation` is the name that the log's checkpoints are signed under.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "session-private.json").exists():
        make_session_keys(folder / "session-private.json", folder / "session-jwks.json")
    for service in SERVICES:
        _once(folder / f"{service}-cookie", secrets.token_urlsafe(48))
        key = urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        _once(folder / f"{service}-master", f"{service}-1:{key}=")
    if not (folder / "log-signing").exists():
        signer = SignerKey.generate(f"{installation}/audit")
        _once(folder / "log-verifying", str(signer.verifier))
        _once(folder / "log-signing", signer.secret_text())
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
