"""Checkpoints are C2SP signed notes: others' notes open, ours open elsewhere, and nothing wrong does."""

from __future__ import annotations

import base64

import pytest

from services.audit import verify
from services.audit.log.checkpoint import Checkpoint, CheckpointIsForeign, CheckpointIsMalformed, SignatureIsWrong
from services.audit.log.keys import KeyIsMalformed, SignerKey, VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint, open_note

# The example that Go's golang.org/x/mod/sumdb/note documents.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
# a published example, so no secret: pragma: allowlist nextline secret
PETERS_SECRET = (
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # pragma: allowlist secret
)
PETERS_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_LINE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = SignerKey("log.example.se/lotsa", bytes(range(32)))
HEAD = Checkpoint("log.example.se/lotsa", 42, bytes(32))
NOTE = KEY.sign(HEAD)


def test_a_note_made_elsewhere_opens() -> None:
    """The example note of the reference implementation verifies under its key."""
    assert open_note(f"{PETERS_TEXT}\n{PETERS_LINE}", VerifierKey.from_text(PETER)) == PETERS_TEXT


def test_keys_are_written_as_elsewhere() -> None:
    """Both halves of the example key read and write the same text."""
    assert str(VerifierKey.from_text(PETER)) == PETER
    assert str(SignerKey.from_text(PETERS_SECRET).verifier) == PETER
    assert SignerKey.from_text(PETERS_SECRET).secret_text() == PETERS_SECRET


def test_a_checkpoint_opens_as_it_was_signed() -> None:
    """Origin, size and root come back; the verifier reads the same."""
    assert open_checkpoint(NOTE, KEY.verifier) == HEAD
    head = verify.open_checkpoint(NOTE, verify.Key.from_text(str(KEY.verifier)))
    assert (head.size, head.root) == (42, bytes(32))


def test_a_checkpoints_bytes_are_frozen() -> None:
    """Ed25519 is deterministic: the same key and head give these bytes for ever."""
    assert NOTE == (
        "log.example.se/lotsa\n42\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
        "\u2014 log.example.se/lotsa "
        "ggNbqGbNvTkCfVq0gxg9qsn1IflJ45Kzqotd0pjzEwgLku50XdgOrO8gYQtuDqB5N77rTDNRn9vv6G+d4JupFLsnPQg=\n"
    )


def test_a_witness_may_sign_too() -> None:
    """Signatures by other keys are ignored, also when they share the name."""
    other = SignerKey("log.example.se/lotsa", bytes(32))
    witnessed = NOTE + other.sign(HEAD).split("\n\n")[1]
    assert open_checkpoint(witnessed, KEY.verifier) == HEAD


@pytest.mark.parametrize("change", [
    lambda note: note.replace("\n42\n", "\n43\n"),
    lambda note: note.replace("AAAA", "AAAB", 1),
    lambda note: f"{note}\u2014 {HEAD.origin} {base64.b64encode(KEY.verifier.key_id + bytes(64)).decode()}\n",
])  # fmt: skip
def test_a_changed_checkpoint_is_refused(change) -> None:
    """Another size, another root, or a wrong signature beside a right one."""
    with pytest.raises(SignatureIsWrong):
        open_checkpoint(change(NOTE), KEY.verifier)
    with pytest.raises(verify.CheckpointIsWrong, match="does not fit"):
        verify.open_checkpoint(change(NOTE), verify.Key.from_text(str(KEY.verifier)))


@pytest.mark.parametrize("note", [
    "", "\n", NOTE[:-1], NOTE.replace("\u2014", "-"), NOTE.replace("\n\n", "\n"), NOTE.replace("\n\n", "\r\n\n"),
    NOTE.replace("\u2014 ", "\u2014  "), NOTE + "\n", HEAD.text(), NOTE + "\u2014 x\n", NOTE + "\u2014 x AAAA\n",
])  # fmt: skip
def test_what_is_not_a_signed_note_is_refused(note: str) -> None:
    """Missing blank line, wrong dash, control characters, cut short: by both readers."""
    with pytest.raises(CheckpointIsMalformed):
        open_checkpoint(note, KEY.verifier)
    with pytest.raises(verify.CheckpointIsWrong):
        verify.open_checkpoint(note, verify.Key.from_text(str(KEY.verifier)))


@pytest.mark.parametrize("text", [
    "log.example.se/lotsa\n042\n" + base64.b64encode(bytes(32)).decode() + "\n",
    "log.example.se/lotsa\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
    "log.example.se/lotsa\n4_2\n" + base64.b64encode(bytes(32)).decode() + "\n",
    "log.example.se/lotsa\n42\n" + base64.b64encode(bytes(31)).decode() + "\n",
    "log.example.se/lotsa\n42\n",
    "log.example.se/lotsa\n42\n" + base64.b64encode(bytes(32)).decode() + "\n\nextension\n",
])  # fmt: skip
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    """A right signature on a misshapen size or root does not make a checkpoint: by both readers."""
    signature = base64.b64encode(KEY.verifier.key_id + KEY._private.sign(text.encode())).decode()
    note = f"{text}\n\u2014 {KEY.verifier.name} {signature}\n"
    with pytest.raises(CheckpointIsMalformed):
        open_checkpoint(note, KEY.verifier)
    with pytest.raises(verify.CheckpointIsWrong):
        verify.open_checkpoint(note, verify.Key.from_text(str(KEY.verifier)))


def test_another_logs_checkpoint_is_refused() -> None:
    """Signed by another key, or by the right key under another log's name."""
    foreign = SignerKey("other.example.org/log", bytes(range(32)))
    with pytest.raises(CheckpointIsForeign):
        open_checkpoint(foreign.sign(Checkpoint("other.example.org/log", 42, bytes(32))), KEY.verifier)
    with pytest.raises(CheckpointIsForeign):
        KEY.sign(Checkpoint("other.example.org/log", 42, bytes(32)))


@pytest.mark.parametrize("text", [
    "", "name", "name+id", "+c74f20a3+ARpc", PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("ARpc", "AhpC"),
    "two words+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", PETER + "=",
])  # fmt: skip
def test_a_misshapen_key_is_refused_and_not_quoted(text: str) -> None:
    """Wrong id, wrong kind, wrong length: the message says so without the key."""
    with pytest.raises(KeyIsMalformed) as refused:
        VerifierKey.from_text(text)
    assert "ARpc" not in str(refused.value)
    with pytest.raises(KeyIsMalformed):
        SignerKey.from_text("PRIVATE+KEY+" + text)
    if "two words" not in text:
        with pytest.raises(verify.QuestionIsWrong):
            verify.Key.from_text(text)


def test_a_private_key_does_not_show_itself() -> None:
    """Neither repr nor str of a signer holds its seed."""
    assert "AAECAwQF" not in repr(KEY) + str(KEY)
    with pytest.raises(KeyIsMalformed):
        SignerKey.from_text(PETER)
