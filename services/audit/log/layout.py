"""How an export of the log is laid out: C2SP tlog-tiles (c2sp.org/tlog-tiles), with three files of ours beside it.

    checkpoint                    the newest signed note
    checkpoints.jsonl             the signed notes that are kept, one JSON string a line, oldest first
    tile/entries/<N>[.p/<W>]      the leaves, 256 to a bundle, each after its length in two bytes, big-endian
    tile/<L>/<N>[.p/<W>]          the tree's hashes, 256 to a tile
    openings.jsonl                salts and values for commitments that still may be opened, in the leaves' order; never
                                  part of a leaf
    shown.jsonl                   what lists showed: the sets that leaves name by their digests (``log/shown_set.py``)

An opening is ``{"index": …, "name": …, "salt": <base64>, "value": …}``, or ``{"erased": true, "index": …, "name": …}``
where its key was destroyed. One that is missing was not for the reader to see; the leaves stay whole either way. A set
is ``{"consents": [<id>, …], "shown": [<id>, …]}``; one that no leaf names means nothing. An export travels as a ZIP
file or as the unpacked folder.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from services.audit.log.merkle import leaf_hash, root_of
from services.audit.log.shown_set import Shown

WIDTH = 256
CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints.jsonl"
OPENINGS = "openings.jsonl"
SHOWN = "shown.jsonl"
PIECE = 1 << 16
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Sink(Protocol):
    """Where an export is written to, from beginning to end."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes; how many were taken."""

    def flush(self) -> None:
        """Called now and then."""

    def close(self) -> None:
        """Never called by us."""


class BundleIsMalformed(ValueError):
    """The bytes are not a sequence of length-prefixed leaves."""


@dataclass(frozen=True)
class Opening:
    """What opens one commitment of one leaf."""

    index: int
    name: str
    salt: bytes
    value: Any

    def line(self) -> bytes:
        """The opening as a line of ``openings.jsonl``."""
        members = {
            "index": self.index,
            "name": self.name,
            "salt": base64.b64encode(self.salt).decode(),
            "value": self.value,
        }
        return _line(members)


@dataclass(frozen=True)
class Erased:
    """What opened one commitment of one leaf has been destroyed."""

    index: int
    name: str

    def line(self) -> bytes:
        """As a line of ``openings.jsonl``."""
        return _line({"erased": True, "index": self.index, "name": self.name})


def _line(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """The path of a tile or, with level "entries", an entry bundle: ``tile/0/x001/234``, ``tile/entries/000.p/5``."""
    digits = [f"{number % 1000:03d}"]
    while number := number // 1000:
        digits.append(f"x{number % 1000:03d}")
    path = f"tile/{level}/{'/'.join(reversed(digits))}"
    return path if width == WIDTH else f"{path}.p/{width}"


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as an entry bundle."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def decode_bundle(bundle: bytes) -> list[bytes]:
    """The leaves of an entry bundle. Raises BundleIsMalformed."""
    leaves: list[bytes] = []
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        end = at + 2 + length
        if at + 2 > len(bundle) or end > len(bundle):
            raise BundleIsMalformed("a leaf is cut short")
        leaves.append(bundle[at + 2 : end])
        at = end
    return leaves


class Tiles:
    """Gathers hashes into tiles while leaf hashes pass by, in constant memory."""

    def __init__(self) -> None:
        self._open: list[list[bytes]] = [[]]
        self._done: list[int] = [0]

    def add(self, hashed_leaf: bytes) -> Iterator[tuple[str, bytes]]:
        """Take the next leaf hash; gives path and bytes of each tile that it completed."""
        level, current = 0, hashed_leaf
        while True:
            if level == len(self._open):
                self._open.append([])
                self._done.append(0)
            tile = self._open[level]
            tile.append(current)
            if len(tile) < WIDTH:
                return
            yield tile_path(level, self._done[level]), b"".join(tile)
            current = root_of(tile)
            self._open[level] = []
            self._done[level] += 1
            level += 1

    def partial(self) -> Iterator[tuple[str, bytes]]:
        """The tiles on the right edge that are not full."""
        for level, tile in enumerate(self._open):
            if tile:
                yield tile_path(level, self._done[level], len(tile)), b"".join(tile)


def export_files(
    leaves: Iterable[bytes],
    *,
    checkpoint: str,
    checkpoints: Iterable[str],
    openings: Iterable[Opening | Erased],
    sets: Iterable[Shown] | None = None,
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The files of an export, each a path and its bytes in pieces. ``leaves`` are all that the checkpoint covers."""
    yield CHECKPOINT, [checkpoint.encode()]
    yield CHECKPOINTS, (json.dumps(note, ensure_ascii=False).encode() + b"\n" for note in checkpoints)
    tiles = Tiles()
    bundle: list[bytes] = []
    number = 0
    for leaf in leaves:
        bundle.append(leaf)
        for path, tile in tiles.add(leaf_hash(leaf)):
            yield path, [tile]
        if len(bundle) == WIDTH:
            yield tile_path("entries", number), [encode_bundle(bundle)]
            bundle, number = [], number + 1
    if bundle:
        yield tile_path("entries", number, len(bundle)), [encode_bundle(bundle)]
    for path, tile in tiles.partial():
        yield path, [tile]
    yield OPENINGS, (opening.line() for opening in openings)
    if sets is not None:
        yield SHOWN, (_line(shown.line()) for shown in sets)


def zip_pieces(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """An export as a ZIP file, its bytes as they come to be, in pieces of some 64 KiB; the first as soon as one file is
    whole. The same files give the same bytes.

    Nothing is held of what has been given away but the archive's own list of its files, which ends it.
    """
    waiting = _Waiting()
    with zipfile.ZipFile(waiting, "w") as archive:  # type: ignore[call-overload]  # it need not be seekable
        for path, pieces in files:
            member = zipfile.ZipInfo(path, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as target:
                for piece in pieces:
                    target.write(piece)
                    if len(waiting.bytes) >= PIECE:
                        yield waiting.take()
            if path == CHECKPOINT or len(waiting.bytes) >= PIECE:
                yield waiting.take()
    yield waiting.take()


class _Waiting:
    """What has been written and not been given away."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def write(self, data: bytes) -> int:
        self.bytes += data
        return len(data)

    def flush(self) -> None:
        """Nothing: it is given away when it is taken."""

    def take(self) -> bytes:
        taken = bytes(self.bytes)
        self.bytes.clear()
        return taken
