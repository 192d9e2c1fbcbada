"""The keys of sessions: a private one, where sign-in is, and public halves, wherever a session is read.

A session is a JSON Web Token (RFC 7519) signed with Ed25519 (RFC 8037, named as RFC 9864 does). Whoever holds only the
public halves can tell a session of the directory's from any other, and make none.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.settings import SettingsAreWrong

ALGORITHM = "Ed25519"
# told apart from access tokens, whose type is at+jwt: neither is ever taken for the other
TYPE = "lotsa-session+jwt"
LONGEST = 4096
MOST_REMEMBERED = 1024


class SessionReader:
    """Tells the directory's sessions from all else, by public keys; by ``kid``, so that keys can change. Thread-safe.

    A browser sends the same cookie with every request, so what was found rightly signed is remembered, by the cookie's
    SHA-256 and never the cookie. Nothing but the signature is judged here: not the hour, nor whether it has ended.
    """

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys
        self._signed: dict[bytes, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    @property
    def kids(self) -> frozenset[str]:
        """The names of the keys by which a session may be signed."""
        return frozenset(str(key.kid) for key in self._keys.keys)

    def read(self, token: str) -> Mapping[str, Any] | None:
        """What a session says, or None when no key of the directory's has signed it."""
        if len(token) > LONGEST or token.count(".") != 2:
            return None
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        known = self._signed.get(digest)
        if known is not None:
            return known
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, AttributeError):
            return None
        if decoded.header.get("typ") != TYPE or decoded.header.get("kid") not in self.kids:
            return None
        with self._lock:
            while len(self._signed) >= MOST_REMEMBERED:
                del self._signed[next(iter(self._signed))]
            self._signed[digest] = decoded.claims
        return decoded.claims


class SessionSigner:
    """Makes sessions. Only the directory has one."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    @property
    def kid(self) -> str:
        """The key's name."""
        return str(self._key.kid)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A session that says this."""
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self.kid}
        return jwt.encode(header, dict(claims), self._key, algorithms=[ALGORITHM])


def reader_from(path: Path | None) -> SessionReader:
    """The reader for a file of public keys: a JSON Web Key Set (RFC 7517). Raises SettingsAreWrong."""
    if path is None:
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE is missing")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        keys = KeySet.import_key_set(told)
    except (OSError, ValueError, JoseError, KeyError, TypeError, AttributeError):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE does not hold a set of keys") from None
    if any(key.is_private for key in keys.keys):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE holds a private key, which belongs to sign-in alone")
    if not keys.keys or not all(_is_ours(key) for key in keys.keys):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE must hold Ed25519 keys, each with its kid")
    return SessionReader(keys)


def signer_from(path: Path | None) -> SessionSigner:
    """The signer for a file with the private key: a JSON Web Key. Raises SettingsAreWrong."""
    if path is None:
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE is missing")
    try:
        key = OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, JoseError, KeyError, TypeError):
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE does not hold a key") from None
    if not key.is_private or not _is_ours(key):
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE must hold a private Ed25519 key with its kid")
    return SessionSigner(key)


def make_session_keys(private_file: Path, public_file: Path) -> None:
    """Write a new private key (mode 0600) and, in a set, its public half. The private one last: it says both exist."""
    key = OKPKey.generate_key("Ed25519", {"kid": uuid4().hex, "use": "sig", "alg": ALGORITHM}, private=True)
    _write_public_half(key, public_file)
    draft = private_file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    draft.rename(private_file)


def make_public_half(private_file: Path, public_file: Path) -> None:
    """Write the set of public keys anew, of the private key alone."""
    _write_public_half(OKPKey.import_key(json.loads(private_file.read_text(encoding="utf-8"))), public_file)


def _write_public_half(key: OKPKey, public_file: Path) -> None:
    public_file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}), encoding="utf-8")


def _is_ours(key: Any) -> bool:
    return isinstance(key, OKPKey) and key.as_dict(private=False).get("crv") == "Ed25519" and bool(key.kid)
