"""The keys of sessions: a private one, where sign-in is, and public halves, wherever a session is read.

A session is a JSON Web Token (RFC 7519) signed with Ed25519 (RFC 8037, named as RFC 9864 does). Whoever holds only the
public halves can tell a session of the directory's from any other, and make none. Keys are changed while processes run
(``lotsa keys rotate session``), so their files are looked at again; a public half may say until when it counts
(``exp``, in seconds since 1970).
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.environment import SettingsAreWrong
from shared.kernel.file_watch import Watched

ALGORITHM = "Ed25519"
# told apart from access tokens, whose type is at+jwt: neither is ever taken for the other
TYPE = "lotsa-session+jwt"
LONGEST = 4096
MOST_REMEMBERED = 1024


@dataclass(frozen=True)
class _Known:
    """The public halves, and until when those count that say so."""

    keys: KeySet
    until: Mapping[str, float]

    def counts(self, kid: object, now: float) -> bool:
        return any(key.kid == kid for key in self.keys.keys) and now < self.until.get(str(kid), now + 1)


class SessionReader:
    """Tells the directory's sessions from all else, by public keys; by ``kid``, so that keys can change. Thread-safe.

    A browser sends the same cookie with every request, so what was found rightly signed is remembered, by the cookie's
    SHA-256 and never the cookie, for as long as the key counts. Nothing but the signature is judged here: not the hour,
    nor whether it has ended.
    """

    def __init__(self, keys: Watched[_Known], *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._signed: dict[bytes, tuple[str, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    @property
    def kids(self) -> frozenset[str]:
        """The names of the keys by which a session may be signed."""
        known, now = self._keys.current, self._clock()
        return frozenset(str(key.kid) for key in known.keys.keys if known.counts(key.kid, now))

    def read(self, token: str) -> Mapping[str, Any] | None:
        """What a session says, or None when no key of the directory's has signed it."""
        if len(token) > LONGEST or token.count(".") != 2:
            return None
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        kid, said = self._signed.get(digest) or _signed_by(token)
        if not self._counts(kid):
            return None
        if said is None:
            said = self._decoded(token)
            if said is None:
                return None
            with self._lock:
                while len(self._signed) >= MOST_REMEMBERED:
                    del self._signed[next(iter(self._signed))]
                self._signed[digest] = kid, said
        return said

    def _counts(self, kid: str) -> bool:
        now = self._clock()
        # a key that is not known may be one that the directory has changed to a moment ago
        return self._keys.current.counts(kid, now) or self._keys.now().counts(kid, now)

    def _decoded(self, token: str) -> Mapping[str, Any] | None:
        try:
            decoded = jwt.decode(token, self._keys.known.keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, AttributeError):
            return None
        return decoded.claims if decoded.header.get("typ") == TYPE else None


def _signed_by(token: str) -> tuple[str, None]:
    """The name of the key that a token says has signed it; "" for what says nothing of the kind."""
    head = token.partition(".")[0]
    try:
        said = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return "", None
    kid = said.get("kid") if isinstance(said, dict) else None
    return kid if isinstance(kid, str) else "", None


class SessionSigner:
    """Makes sessions. Only the directory has one."""

    def __init__(self, key: Watched[OKPKey]) -> None:
        self._key = key

    @property
    def kid(self) -> str:
        """The key's name."""
        return str(self._key.current.kid)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A session that says this."""
        key = self._key.current
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": str(key.kid)}
        return jwt.encode(header, dict(claims), key, algorithms=[ALGORITHM])


def reader_from(path: Path | None, *, clock: Callable[[], float] = time.time) -> SessionReader:
    """The reader for a file of public keys: a JSON Web Key Set (RFC 7517). Raises SettingsAreWrong."""
    if path is None:
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE is missing")
    return SessionReader(Watched(path, _public_halves, wrong=SettingsAreWrong), clock=clock)


def _public_halves(path: Path) -> _Known:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        keys = KeySet.import_key_set(told)
        until = {str(key["kid"]): float(key["exp"]) for key in told["keys"] if "exp" in key}
    except (OSError, ValueError, JoseError, KeyError, TypeError, AttributeError):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE does not hold a set of keys") from None
    if any(key.is_private for key in keys.keys):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE holds a private key, which belongs to sign-in alone")
    if not keys.keys or not all(_is_ours(key) for key in keys.keys):
        raise SettingsAreWrong("LOTSA_SESSION_VERIFYING_KEYS_FILE must hold Ed25519 keys, each with its kid")
    return _Known(keys, until)


def signer_from(path: Path | None) -> SessionSigner:
    """The signer for a file with the private key: a JSON Web Key. Raises SettingsAreWrong."""
    if path is None:
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE is missing")
    return SessionSigner(Watched(path, _private_key, wrong=SettingsAreWrong))


def _private_key(path: Path) -> OKPKey:
    try:
        key = OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, JoseError, KeyError, TypeError):
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE does not hold a key") from None
    if not key.is_private or not _is_ours(key):
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE must hold a private Ed25519 key with its kid")
    return key


def new_session_key() -> dict[str, Any]:
    """A new private key, as a JSON Web Key."""
    key = OKPKey.generate_key("Ed25519", {"kid": uuid4().hex, "use": "sig", "alg": ALGORITHM}, private=True)
    return key.as_dict(private=True)


def public_half(private: Mapping[str, Any]) -> dict[str, Any]:
    """What of a private key everybody may have."""
    return OKPKey.import_key(dict(private)).as_dict(private=False)


def make_session_keys(private_file: Path, public_file: Path) -> None:
    """Write a new private key (mode 0600) and, in a set, its public half. The private one last: it says both exist."""
    key = new_session_key()
    public_file.write_text(json.dumps({"keys": [public_half(key)]}), encoding="utf-8")
    draft = private_file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(key), encoding="utf-8")
    draft.rename(private_file)


def make_public_half(private_file: Path, public_file: Path) -> None:
    """Write the set of public keys anew, of the private key alone."""
    key = json.loads(private_file.read_text(encoding="utf-8"))
    public_file.write_text(json.dumps({"keys": [public_half(key)]}), encoding="utf-8")


def _is_ours(key: Any) -> bool:
    return isinstance(key, OKPKey) and key.as_dict(private=False).get("crv") == "Ed25519" and bool(key.kid)
