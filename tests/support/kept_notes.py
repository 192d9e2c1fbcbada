"""A kept checkpoint as people's programs leave it: what still is the note that was signed, and what is none."""

from __future__ import annotations

from collections.abc import Callable

Written = Callable[[str], bytes]

STILL_THE_NOTE: dict[str, Written] = {
    "as it was": str.encode,
    "line ends of Windows": lambda note: note.replace("\n", "\r\n").encode(),
    "line ends of an old Mac": lambda note: note.replace("\n", "\r").encode(),
    "without its last line end": lambda note: note.removesuffix("\n").encode(),
    "Windows, without the last line end": lambda note: note.removesuffix("\n").replace("\n", "\r\n").encode(),
    "a byte order mark": lambda note: note.encode("utf-8-sig"),
    "blank lines around it": lambda note: f"\n{note}\n \n\n".encode(),
    "blanks at the ends of lines": lambda note: note.replace("\n", " \n").encode(),
    "UTF-16, as PowerShell writes": lambda note: b"\xff\xfe" + note.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, the other way round": lambda note: b"\xfe\xff" + note.encode("utf-16-be"),
    "in the old code page of Windows": lambda note: note.replace("\n", "\r\n").encode("cp1252"),
}
NO_NOTE: dict[str, Written] = {
    "empty": lambda _: b"",
    "a byte order mark alone": lambda _: b"\xff\xfe",
    "half of UTF-16": lambda note: b"\xff\xfe" + note.encode("utf-16-le")[:-1],
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n\x00\x81",
    "a letter": lambda _: b"Hej, hittar du kontrollpunkten?\n",
    "without its signature": lambda note: note.split("\n\n")[0].encode(),
    "a figure changed": lambda note: note.replace("\n", "\n1", 1).encode(),
    "the signature changed": lambda note: note[:-3].encode() + b"A=\n",
    "another log's": lambda note: note.replace("lotsa", "annat").encode(),
}
