"""The log's keys, with which its checkpoints are signed as C2SP signed notes (c2sp.org/signed-note).

Ed25519 only (signature type 0x01). Key names are the log's origin. Keys are written as Go's ``sumdb/note`` writes them:
``<name>+<key id in hex>+<base64 of 0x01 and the public key>``, private ones with ``PRIVATE+KEY+`` in front.

A log may have changed its key. Then a file of keys has a line for each: the first is the one that signs; what stands
behind another, `` until <size>``, says of how many entries its last checkpoint was.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.log.checkpoint import Checkpoint, CheckpointIsForeign

ED25519 = b"\x01"
DASH = "\u2014 "
"""Begins a note's signature line."""
_PRIVATE = "PRIVATE+KEY+"
_UNTIL = " until "


class KeyIsMalformed(ValueError):
    """The text is not a note key of this kind. The message never quotes it."""


@dataclass(frozen=True)
class VerifierKey:
    """The log's public key, by name.

    ``others``: further keys of this log, each with the size of its last checkpoint (None for one that is to sign yet).
    What they signed holds as what this one signs does.
    """

    name: str
    public: bytes
    others: tuple[tuple[VerifierKey, int | None], ...] = ()

    @classmethod
    def from_text(cls, text: str) -> VerifierKey:
        """Read a vkey, or a file of them. Raises KeyIsMalformed, also when a key id does not fit its key."""
        lines = text.strip().split("\n")
        name, key_id, encoded = _three_parts(lines[0].strip())
        others = tuple(_another(line, name) for line in lines[1:] if line.strip())
        key = cls(name, _key_bytes(encoded), others)
        if key.key_id.hex() != key_id:
            raise KeyIsMalformed("the key id is another key's")
        return key

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def all(self) -> tuple[VerifierKey, ...]:
        """This one, and the others."""
        return (self, *(key for key, _ in self.others))

    def lines(self) -> list[str]:
        """The file of keys, by line."""
        return [str(self), *(str(key) if last is None else f"{key}{_UNTIL}{last}" for key, last in self.others)]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


class SignerKey:
    """The log's private key. Its text is never shown by repr.

    ``coming``: the one that is to sign next, while the key is being changed.
    """

    def __init__(
        self,
        name: str,
        seed: bytes,
        others: tuple[tuple[VerifierKey, int | None], ...] = (),
        coming: SignerKey | None = None,
    ) -> None:
        _check_name(name)
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._former = others
        self.coming: SignerKey | None = coming
        known = others if coming is None else ((coming.verifier, None), *others)
        self.verifier: VerifierKey = VerifierKey(name, self._private.public_key().public_bytes_raw(), known)

    @classmethod
    def generate(cls, name: str) -> SignerKey:
        """A new key for a log of this name."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_text(cls, text: str) -> SignerKey:
        """Read ``PRIVATE+KEY+<name>+<id>+<base64>``, or the file with such a line in front. Raises KeyIsMalformed."""
        lines = [line.strip() for line in text.strip().split("\n")]
        name, seed = _seed_in(lines[0])
        private = [line for line in lines[1:] if line.startswith(_PRIVATE)]
        others = tuple(_another(line, name) for line in lines[1:] if line and line not in private)
        if len(private) > 1:
            raise KeyIsMalformed("more than one key is to sign next")
        return cls(name, seed, others, cls(*_seed_in(private[0])) if private else None)

    def secret_text(self) -> str:
        """The private key as its file holds it, by itself."""
        encoded = base64.b64encode(ED25519 + self._seed).decode()
        return f"{_PRIVATE}{self.verifier.name}+{self.verifier.key_id.hex()}+{encoded}"

    def secret_lines(self) -> list[str]:
        """Its file, by line: this one, the one that is to come, and what can be told of those before."""
        coming = [] if self.coming is None else [self.coming.secret_text()]
        return [self.secret_text(), *coming, *(f"{key}{_UNTIL}{last}" for key, last in self._former)]

    def with_coming(self, coming: SignerKey) -> SignerKey:
        """This key, and the one that is to sign next."""
        return SignerKey(self.verifier.name, self._seed, self._former, coming)

    def changed(self, last: int) -> SignerKey:
        """The one that was to come, once this one has signed its last checkpoint, of ``last`` entries.

        Raises ValueError when none was to come.
        """
        if self.coming is None:
            raise ValueError("no key is to sign next")
        here = VerifierKey(self.verifier.name, self.verifier.public)
        return SignerKey(self.verifier.name, self.coming._seed, ((here, last), *self._former))

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note. Raises CheckpointIsForeign for another log's checkpoint."""
        if checkpoint.origin != self.verifier.name:
            raise CheckpointIsForeign("a log signs its own checkpoints only")
        text = checkpoint.text()
        signature = base64.b64encode(self.verifier.key_id + self._private.sign(text.encode())).decode()
        return f"{text}\n{DASH}{self.verifier.name} {signature}\n"


def standard_base64(encoded: str) -> bytes:
    """The bytes, or none at all when this is not the one standard spelling of them (RFC 4648, 3.5 and section 4)."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == encoded else b""


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() for each in name):
        raise KeyIsMalformed("a key's name has no spaces and no plus sign")


def _seed_in(line: str) -> tuple[str, bytes]:
    if not line.startswith(_PRIVATE):
        raise KeyIsMalformed("not a private note key")
    name, key_id, encoded = _three_parts(line[len(_PRIVATE) :])
    seed = _key_bytes(encoded)
    if SignerKey(name, seed).verifier.key_id.hex() != key_id:
        raise KeyIsMalformed("the key id is another key's")
    return name, seed


def _another(line: str, name: str) -> tuple[VerifierKey, int | None]:
    """A further key of the same log, and the size of its last checkpoint."""
    text, until, size = line.strip().partition(_UNTIL)
    key = VerifierKey.from_text(text)
    if key.name != name:
        raise KeyIsMalformed("another log's key")
    if until and not (size.isascii() and size.isdigit()):
        raise KeyIsMalformed("not the size of a key's last checkpoint")
    return key, int(size) if until else None


def _three_parts(text: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise KeyIsMalformed("not name, id and key")
    _check_name(parts[0])
    return parts[0], parts[1], parts[2]


def _key_bytes(encoded: str) -> bytes:
    raw = standard_base64(encoded)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise KeyIsMalformed("not an Ed25519 key")
    return raw[1:]
