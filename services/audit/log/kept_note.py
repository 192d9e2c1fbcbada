"""A signed note that was kept in a file, as other systems' programs leave it."""

from __future__ import annotations

from services.audit.log.checkpoint import CheckpointIsMalformed


def note_from_file(raw: bytes) -> str:
    """The note as it was, whatever an editor on Windows made of it: line ends, a byte order mark, UTF-16, blanks.

    The same as ``verify.kept_note``, which imports nothing of ours. Raises CheckpointIsMalformed for what is no text.
    """
    try:
        text = raw.decode("utf-16") if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else _eight_bits(raw)
    except UnicodeDecodeError:
        raise CheckpointIsMalformed("not text") from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n") + "\n"


def _eight_bits(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")
