"""Makes the key files of an installation. They lie outside the database and are in no backup of it."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import ECKey

from shared.settings import SERVICES

ED25519 = b"\x01"  # the algorithm's number in C2SP signed notes


def make_keys(folder: Path, installation: str) -> None:
    """Write every key file that is missing; those that are there are never touched: data hangs on them.

    `installation` is the name that the log's checkpoints are signed under.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _once(folder / "session", secrets.token_urlsafe(48))
    for service in SERVICES:
        key = urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        _once(folder / f"{service}-master", f"{service}-1:{key}=")
    if not (folder / "log-signing").exists():
        signer, verifier = note_keys(f"{installation}/audit")
        _once(folder / "log-verifying", verifier)
        _once(folder / "log-signing", signer)
    if not (folder / "token-private.json").exists():
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        _once(folder / "token-jwks.json", json.dumps({"keys": [key.as_dict(private=False)]}))
        _once(folder / "token-private.json", json.dumps(key.as_dict(private=True)))


def note_keys(name: str) -> tuple[str, str]:
    """A new key pair for signed notes: (signer's, verifier's), in the text form of C2SP signed-note."""
    private = Ed25519PrivateKey.generate()
    public = ED25519 + private.public_key().public_bytes_raw()
    mark = sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    signer = f"PRIVATE+KEY+{name}+{mark}+{b64encode(ED25519 + private.private_bytes_raw()).decode()}"
    return signer, f"{name}+{mark}+{b64encode(public).decode()}"


def _once(path: Path, text: str) -> None:
    if path.exists():
        return
    # written whole or not at all: half a key file would be taken for a key
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    draft.rename(path)
