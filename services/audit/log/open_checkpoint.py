"""Opens a checkpoint: a C2SP signed note, once its signature is verified (c2sp.org/signed-note)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit.log.checkpoint import Checkpoint, CheckpointIsForeign, CheckpointIsMalformed, SignatureIsWrong
from services.audit.log.keys import DASH, VerifierKey, standard_base64

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a signed note, once the key's signature on it is verified.

    Signatures by other keys are ignored (they may be witnesses'). Raises CheckpointIsMalformed, CheckpointIsForeign,
    SignatureIsWrong.
    """
    try:
        length = len(note.encode())
    except UnicodeEncodeError:
        raise CheckpointIsMalformed("not text") from None
    if length > MAX_NOTE_BYTES or any(each < " " and each != "\n" for each in note):
        raise CheckpointIsMalformed("too long, or with control characters")
    body, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() != "" or not lines or len(lines) > MAX_SIGNATURES:
        raise CheckpointIsMalformed("no signature lines after a blank line")
    text = body + "\n"
    verified = False
    for line in lines:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        signature = standard_base64(encoded)
        if not line.startswith(DASH) or not name or len(signature) < 5:
            raise CheckpointIsMalformed("a signature line is misshapen")
        if name == key.name and signature[:4] == key.key_id:
            _verify(key, signature[4:], text)
            verified = True
    if not verified:
        raise CheckpointIsForeign("the expected key has not signed it")
    return text


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a signed note, by the key or another of its log's. Raises as open_note does.

    The origin must be the key's name. What an earlier key signs after its last checkpoint counts as another log's.
    """
    try:
        return _checkpoint(note, key)
    except CheckpointIsForeign:
        if not key.others:
            raise
    for other, last in key.others:
        try:
            found = _checkpoint(note, other)
        except CheckpointIsForeign:
            continue
        if last is not None and found.size > last:
            raise CheckpointIsForeign("a key has signed it that had signed its last checkpoint")
        return found
    raise CheckpointIsForeign("no key of the log has signed it")


def _checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    lines = open_note(note, key).split("\n")
    if len(lines) < 4 or not all(lines[:-1]):
        raise CheckpointIsMalformed("a checkpoint has at least three lines, none of them empty")
    origin, size, root = lines[0], lines[1], standard_base64(lines[2])
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")) or len(root) != 32:
        raise CheckpointIsMalformed("size or root is misshapen")
    if origin != key.name:
        raise CheckpointIsForeign("another log's origin")
    return Checkpoint(origin, int(size), root)


def _verify(key: VerifierKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        raise SignatureIsWrong("the signature does not fit the text") from None
