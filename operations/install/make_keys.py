"""Makes the key files of an installation. They lie outside the database and are in no backup of it."""

from __future__ import annotations

import secrets
from pathlib import Path

from operations.trouble import Trouble
from services.audit.log.keys import SignerKey
from shared.settings import SERVICES, Settings
from shared.storage.encryption import MasterKey
from shared.web.session.keys import make_public_half, make_session_keys
from shared.web.session.tokens import make_demo_keys


def make_keys(folder: Path, installation: str) -> None:
    """Write every key file that is missing; those that are there are never touched: data hangs on them.

    Whether one that is missing should have been there is asked before this, of the databases (`Installation`).

    `installation` is the name that the log's checkpoints are signed under.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_session_pair(folder / "session-private.json", folder / "session-jwks.json")
    for service in SERVICES:
        _once(folder / f"{service}-cookie", secrets.token_urlsafe(48))
        _once(folder / f"{service}-master", MasterKey.generate(f"{service}-1").line())
    _once(folder / "log-signing", SignerKey.generate(f"{installation}/audit").secret_text())
    # the public half is in the other, also where only that one was put back
    signer = SignerKey.from_text((folder / "log-signing").read_text("ascii"))
    _once(folder / "log-verifying", "\n".join(signer.verifier.lines()))
    if not (folder / "token-private.json").exists():
        make_demo_keys(folder / "token-private.json", folder / "token-jwks.json")


def make_web_keys(settings: Settings) -> list[Path]:
    """Make the keys of sessions and cookies that these settings name and that are not there; which were made.

    Of the pair for sessions the private one decides: where it is, only its public half is made. Raises Trouble when
    nothing is named, or public halves are there without the private key: those would be written over.
    """
    private, public = settings.session_signing_key_file, settings.session_verifying_keys_file
    cookies = [own.cookie_key_file for own in settings.services.values() if own.cookie_key_file is not None]
    if not cookies and (private is None or public is None):
        raise Trouble(
            "Say where they are to lie: LOTSA_SESSION_SIGNING_KEY_FILE with LOTSA_SESSION_VERIFYING_KEYS_FILE, and each"
            " LOTSA_<SERVICE>_COOKIE_KEY_FILE. Nothing was written."
        )
    if private is not None and public is not None and public.exists() and not private.exists():
        raise Trouble(
            f"{public} is there and {private} is not: the private key is elsewhere, or lost. Put it back; or, when it"
            f" is lost, move {public} away, and everybody signs in again. Nothing was written."
        )
    made = [path for path in cookies if _once(path, secrets.token_urlsafe(48))]
    if private is not None and public is not None:
        made += _make_session_pair(private, public)
    return made


def _make_session_pair(private: Path, public: Path) -> list[Path]:
    if not private.exists():
        make_session_keys(private, public)
        return [private, public]
    if not public.exists():
        make_public_half(private, public)
        return [public]
    return []


def _once(path: Path, text: str) -> bool:
    """Whether it was written."""
    if path.exists():
        return False
    # written whole or not at all: half a key file would be taken for a key
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    draft.rename(path)
    return True
