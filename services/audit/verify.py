"""The lonely verifier: checks an export of the audit log offline, trusting nothing but one public key.

    python verify.py EXPORT --key 'NAME+ID+BASE64' [--known CHECKPOINT …] [--evidence FILE] [--json]

One file. It needs Python 3.11 and the package ``cryptography`` and imports nothing else of this product, so that an
auditor can read it in an hour and keep a copy of their own. EXPORT is the ZIP file or the folder it unpacks to.
``--known``: a checkpoint that was kept from before; the log must have grown out of it. Exit codes: 0 the log holds,
1 it does not (the first wrong entry is named, evidence is kept), 2 the question could not be put: also when a kept file
is no checkpoint that this key signed, which says nothing about the log. A log that has changed its key has a file of
keys, a line for each, the newest first: ``--key`` takes all of it, or the file's path.

An export is read from beginning to end and never held: however long it is, or says that it is once unpacked, there is
one entry or one line of it at a time (of at most 4 MiB). Besides, of each entry that is signed for, a digest of its id
(a hundred bytes), of each list that differs what entries say of it (half a kilobyte), and the names in a ZIP file.

Sources: RFC 9162 section 2.1 (tree), RFC 8785 (leaves), c2sp.org/signed-note, /tlog-checkpoint, /tlog-tiles (export).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import pathlib
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
FORMATS = ("lotsa-leaf/1", "lotsa-leaf/2")
AGENTS = ("staff", "operator", "carer-receipt", "partner-link", "clock", "unknown")
REQUIRED = ("format", "id", "type", "occurred_at", "recorded_at")
LONGEST_LINE = 1 << 22
"""Bytes. What opens a commitment may be as long as a request's body (a megabyte), and be spelt out longer."""
LONGEST_NOTE = 1 << 16
HASH = 32
PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class File(Protocol):
    """A file of the export, read from its beginning."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, at most so many bytes of it."""

    def close(self) -> None:
        """It is read no further."""


Open = Callable[[str], File | None]
"""Opens a file of the export by its path there; None when it is not there."""


class LogIsWrong(Exception):
    """The export does not hold. ``first`` to ``last`` are the entries among which the first wrong one is."""

    slug = "log-is-wrong"

    def __init__(self, sentence: str, *, first: int | None = None, last: int | None = None, **evidence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.first = first
        self.last = first if last is None else last
        self.evidence = evidence


class CheckpointIsWrong(LogIsWrong):
    """A checkpoint is misshapen, another log's, or not signed by the key."""

    slug = "checkpoint-is-wrong"


class EntryIsMissing(LogIsWrong):
    """There are fewer, or more, entries than the checkpoint says."""

    slug = "entry-is-missing"


class EntryIsWrong(LogIsWrong):
    """An entry is not the one that was signed for."""

    slug = "entry-is-wrong"


class HistoryIsWrong(LogIsWrong):
    """The key has signed two histories that cannot both be true."""

    slug = "history-is-wrong"


class OpeningIsWrong(LogIsWrong):
    """A salt and value do not open the commitment in the entry."""

    slug = "opening-is-wrong"


class SetIsWrong(LogIsWrong):
    """What a list showed is not there, or is not what the entry names: other ids, another order, another number."""

    slug = "set-is-wrong"


class QuestionIsWrong(Exception):
    """The key or the export cannot be read at all."""


@dataclass(frozen=True)
class Key:
    """The log's public key (C2SP vkey, Ed25519).

    ``others``: further keys of this log, each with the size of its last checkpoint, or None for one without an end.
    """

    name: str
    key_id: bytes
    public: Ed25519PublicKey
    others: tuple[tuple[Key, int | None], ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Key:
        """Read a vkey, or a file of them: ``<vkey> until <size>`` for one of before. Raises QuestionIsWrong."""
        first, *lines = text.strip().split("\n")
        key = cls._from_line(first)
        others = []
        for line in filter(None, map(str.strip, lines)):
            vkey, until, size = line.partition(" until ")
            other = cls._from_line(vkey)
            if other.name != key.name or (until and not (size.isascii() and size.isdigit())):
                raise QuestionIsWrong("a line of the file of keys is not one of this log's keys")
            others.append((other, int(size) if until else None))
        return cls(key.name, key.key_id, key.public, tuple(others))

    @classmethod
    def _from_line(cls, text: str) -> Key:
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = _unb64(encoded)
            expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
            if raw[:1] != b"\x01" or len(raw) != 33 or not name or expected.hex() != key_id:
                raise ValueError
            return cls(name, expected, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except ValueError:
            raise QuestionIsWrong("the key is not a C2SP verifier key for Ed25519 (NAME+ID+BASE64)") from None


@dataclass(frozen=True)
class Head:
    """A verified checkpoint."""

    size: int
    root: bytes
    note: str


@dataclass
class Report:
    """What was found to hold."""

    origin: str
    size: int
    root: str
    checkpoints: int
    opened: int = 0
    closed: int = 0
    erased: int = 0
    shown: int = 0
    first_recorded_at: str | None = None
    last_recorded_at: str | None = None


@dataclass
class Tree:
    """The right edge of a growing tree (RFC 9162, 2.1.1)."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, current: bytes) -> None:
        """Add a leaf's hash."""
        index = self.size
        while index & 1:
            current = hashlib.sha256(b"\x01" + self.hashes.pop() + current).digest()
            index >>= 1
        self.hashes.append(current)
        self.size += 1

    def root(self) -> bytes:
        """The tree's root hash."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def open_checkpoint(note: str, key: Key) -> Head:
    """Verify a signed note, by the key or another of its log's, and read the checkpoint in it.

    What an earlier key signs after its last checkpoint does not count. Raises CheckpointIsWrong.
    """
    try:
        return _opened_by(note, key)
    except _NotByThisKey:
        for other, last in key.others:
            try:
                head = _opened_by(note, other)
            except _NotByThisKey:
                continue
            if last is not None and head.size > last:
                raise CheckpointIsWrong("a key signed it after its last checkpoint", checkpoint=note) from None
            return head
        raise


class _NotByThisKey(CheckpointIsWrong):
    """Another key may have signed it."""


def _opened_by(note: str, key: Key) -> Head:
    body, blank, signatures = note.rpartition("\n\n")
    text = body + "\n"
    signed = False
    # half a pair of UTF-16 is no character, though JSON can spell it
    strange = any((each < " " and each != "\n") or "\ud800" <= each <= "\udfff" for each in note)
    if not blank or not signatures.endswith("\n") or strange:
        raise CheckpointIsWrong("a checkpoint is not a signed note", checkpoint=note)
    for line in signatures[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            signature = _unb64(encoded)
        except ValueError:
            signature = b""
        if dash != "\u2014" or not name or len(signature) < 5:
            raise CheckpointIsWrong("a signature line is misshapen", checkpoint=note)
        if name == key.name and signature[:4] == key.key_id:
            try:
                key.public.verify(signature[4:], text.encode())
            except InvalidSignature:
                raise CheckpointIsWrong("a checkpoint's signature does not fit its text", checkpoint=note) from None
            signed = True
    if not signed:
        raise _NotByThisKey("a checkpoint is not signed by the key", checkpoint=note)
    try:
        origin, size, encoded_root, *rest_of_text = text.split("\n")
        root = _unb64(encoded_root)
        if str(int(size)) != size or int(size) < 0 or len(root) != 32 or rest_of_text.pop() or not all(rest_of_text):
            raise ValueError
    except (ValueError, IndexError):
        raise CheckpointIsWrong("a signed text is not a checkpoint", checkpoint=note) from None
    if origin != key.name:
        raise CheckpointIsWrong("a checkpoint has another log's origin", checkpoint=note)
    return Head(int(size), root, note)


def kept_note(raw: bytes) -> str:
    """A signed note as it was, whatever an editor on Windows made of it. Raises UnicodeError for what is no text.

    Line ends, a byte order mark, UTF-16, blank lines around it and its last line's end change nothing that was signed:
    the signature, which is checked over the result, would tell.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n") + "\n"


def read_known(path: pathlib.Path, key: Key) -> str:
    """The checkpoint in a file that somebody kept. Raises QuestionIsWrong when it is none that the key signed."""
    try:
        note = kept_note(path.read_bytes())
        open_checkpoint(note, key)
    except CheckpointIsWrong as wrong:
        raise QuestionIsWrong(f"{path}: {wrong.sentence}") from None
    except UnicodeError:
        raise QuestionIsWrong(f"{path}: it is no text, so no checkpoint") from None
    except OSError as problem:
        raise QuestionIsWrong(f"{path}: {problem.strerror or 'it cannot be read'}") from None
    return note


def _key_text(given: str) -> str:
    """A key's text, or that in the file that it names."""
    try:
        return pathlib.Path(given).read_text(encoding="utf-8-sig") if pathlib.Path(given).is_file() else given
    except (OSError, ValueError):
        # longer than any path may be, or no text
        return given


def read_leaf(leaf: bytes, index: int) -> dict[str, Any]:
    """The members of a leaf. Raises EntryIsWrong unless it is the RFC 8785 form of a complete entry."""
    try:
        members = json.loads(leaf, parse_float=_no_float, parse_constant=_no_float)
        if not isinstance(members, dict) or _canonical(members) != leaf:
            raise ValueError
    except (ValueError, RecursionError):
        raise EntryIsWrong(f"entry {index} is not canonical JSON", first=index, leaf=_b64(leaf)) from None
    complete = all(isinstance(members.get(name), str) for name in REQUIRED) and members["format"] in FORMATS
    if complete and members["format"] == FORMATS[0]:
        complete = "shown" not in members
    elif complete:
        agent = members.get("agent")
        complete = isinstance(agent, dict) and agent.get("kind") in AGENTS and _names_a_set_or_ids(members)
    if not complete or not isinstance(members.get("commitments", {}), dict):
        raise EntryIsWrong(f"entry {index} lacks what every entry has", first=index, leaf=_b64(leaf))
    return members


def verify(export: Open, key: Key, known: Sequence[str] = ()) -> Report:
    """Check a whole export. Raises a LogIsWrong that names what is wrong, and where it begins."""
    head = open_checkpoint(_note(export), key)
    history = _history(export, key, head, known)
    report = Report(key.name, head.size, _b64(head.root), len(history))
    proved = _tiles_are_proved(export, head)
    expected = _hashes(export, head) if proved else None
    openings, named, story = _Openings(export, head), Named(), _Story()
    tree, good = Tree(), 0
    if any(old.root != tree.root() for old in history.get(0, ())):
        raise CheckpointIsWrong("a checkpoint of no entries has another root than the empty tree's")
    for index, leaf in enumerate(_leaves(export, head)):
        hashed = hashlib.sha256(b"\x00" + leaf).digest()
        if expected is not None and (signed := next(expected, hashed)) != hashed:
            raise EntryIsWrong(
                f"entry {index} is not the one that was signed for",
                first=index, leaf=_b64(leaf), hash=hashed.hex(), signed_hash=signed.hex(), checkpoint=head.note,
            )  # fmt: skip
        members = read_leaf(leaf, index)
        tree.append(hashed)
        for old in history.get(tree.size, ()):
            if old.root != tree.root():
                raise _root_differs(good, tree, old, head, leaf, proved=proved)
            good = tree.size
        story.follow(index, members, leaf)
        openings.check(index, members, report)
        named.note(index, members)
    _check_sets(export, named, report)
    report.first_recorded_at, report.last_recorded_at = story.first or None, story.last or None
    return report


@dataclass
class _Story:
    """What the entries so far say together: no event twice, and no time before another."""

    first: str = ""
    last: str = ""
    ids: set[bytes] = field(default_factory=set)

    def follow(self, index: int, members: dict[str, Any], leaf: bytes) -> None:
        """Take the next entry. Raises EntryIsWrong."""
        # of whatever length: nobody finds two that have one digest
        digest = hashlib.blake2b(members["id"].encode(errors="surrogatepass"), digest_size=16).digest()
        if digest in self.ids:
            raise EntryIsWrong(f"entry {index} repeats an earlier event", first=index, leaf=_b64(leaf))
        if members["recorded_at"] < self.last:
            raise EntryIsWrong(f"entry {index} was recorded before the one it follows", first=index, leaf=_b64(leaf))
        self.ids.add(digest)
        self.last = members["recorded_at"]
        self.first = self.first or self.last


def _note(export: Open) -> str:
    file = export("checkpoint")
    if file is None:
        raise CheckpointIsWrong("the export has no checkpoint")
    with closing(file):
        raw = file.read(LONGEST_NOTE + 1)
    try:
        note = raw.decode()
    except UnicodeDecodeError:
        raise CheckpointIsWrong("a checkpoint is not UTF-8") from None
    if len(raw) > LONGEST_NOTE:
        raise CheckpointIsWrong("the checkpoint is longer than any is")
    return note


def _lines(export: Open, path: str) -> Iterator[bytes]:
    """The lines of a file, one at a time; none when it is not there. Raises LogIsWrong for one that has no end."""
    file = export(path)
    if file is None:
        return
    with closing(file):
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise LogIsWrong(f"a line of {path} is longer than any is")
            yield line


def _history(export: Open, key: Key, head: Head, known: Sequence[str]) -> dict[int, list[Head]]:
    """Every checkpoint to hold the entries against, by size."""
    heads: dict[int, list[Head]] = {head.size: [head]}
    for note in chain(map(_json_text, _lines(export, "checkpoints.jsonl")), known):
        old = open_checkpoint(note, key)
        if old.size > head.size:
            raise EntryIsMissing(
                f"the log has shrunk: an earlier checkpoint covers {old.size} entries, this one {head.size}",
                first=head.size, last=old.size - 1, earlier_checkpoint=note, checkpoint=head.note,
            )  # fmt: skip
        others = heads.setdefault(old.size, [])
        if any(other.root != old.root for other in others):
            raise HistoryIsWrong(
                f"the key has signed two logs of {old.size} entries",
                last=old.size - 1, earlier_checkpoint=note, checkpoint=others[0].note,
            )  # fmt: skip
        if not others:
            others.append(old)
    return heads


def _leaves(export: Open, head: Head) -> Iterator[bytes]:
    for first in range(0, head.size, WIDTH):
        width = min(WIDTH, head.size - first)
        bundle = export(_tile_path("entries", first // WIDTH, width))
        if bundle is None:
            raise EntryIsMissing(f"entries from {first} on are missing", first=first, checkpoint=head.note)
        with closing(bundle):
            for index in range(first, first + width):
                length = bundle.read(2)
                leaf = bundle.read(int.from_bytes(length, "big")) if len(length) == 2 else b""
                if len(length) < 2 or len(leaf) < int.from_bytes(length, "big"):
                    what = "is cut short" if length else "is missing"
                    raise EntryIsMissing(f"entry {index} {what}", first=index, checkpoint=head.note)
                yield leaf
            if bundle.read(1):
                index = first + width
                raise EntryIsMissing(f"entry {index} should not be there", first=index, checkpoint=head.note)


def _tiles_are_proved(export: Open, head: Head) -> bool:
    """Whether the export's tiles lead to the signed root: only then can they tell which entry is wrong."""
    tree = Tree()
    for hashed in _hashes(export, head):
        tree.append(hashed)
    return tree.size == head.size and tree.root() == head.root


def _hashes(export: Open, head: Head) -> Iterator[bytes]:
    """The leaf hashes as the tiles have them; they end where a tile is not there, or not of its length."""
    for first in range(0, head.size, WIDTH):
        width = min(WIDTH, head.size - first)
        file = export(_tile_path("0", first // WIDTH, width))
        if file is None:
            return
        with closing(file):
            tile = file.read(width * HASH + 1)
        if len(tile) != width * HASH:
            return
        yield from (tile[at : at + HASH] for at in range(0, len(tile), HASH))


def _root_differs(good: int, tree: Tree, old: Head, head: Head, leaf: bytes, *, proved: bool) -> LogIsWrong:
    first, last = good, tree.size - 1
    if proved:
        # every entry so far is one that the newest checkpoint was signed for: so it is two histories that were signed
        return HistoryIsWrong(
            f"the key has signed two logs of {old.size} entries",
            first=first, last=last, earlier_checkpoint=old.note, checkpoint=head.note,
            computed_root=_b64(tree.root()), signed_root=_b64(old.root),
        )  # fmt: skip
    where = f"entry {last} is" if first == last else f"one of the entries {first} to {last} is"
    return EntryIsWrong(
        f"{where} not the one that was signed for",
        first=first, last=last, leaf=_b64(leaf), computed_root=_b64(tree.root()), signed_root=_b64(old.root),
        earlier_checkpoint=old.note, checkpoint=head.note,
    )  # fmt: skip


class _Openings:
    """What opens commitments, read along with the entries: its lines are in their order."""

    def __init__(self, export: Open, head: Head) -> None:
        self._read = _openings(export, head)
        self._next = next(self._read, None)

    def check(self, index: int, members: dict[str, Any], report: Report) -> None:
        """Hold those of the next entry against it. Raises OpeningIsWrong."""
        commitments = members.get("commitments", {})
        names: set[str] = set()
        while self._next is not None and self._next["index"] == index:
            opening, name = self._next, self._next["name"]
            if name in names:
                raise OpeningIsWrong(f"entry {index} has two openings of one commitment", first=index)
            if opening.get("erased") is not True:
                _must_open(commitments, opening)
                report.opened += 1
            elif name in commitments:
                report.erased += 1
            else:
                raise OpeningIsWrong(f"something is said to be erased that entry {index} never had", first=index)
            # of these there are no more than commitments
            names.add(name)
            self._next = next(self._read, None)
        report.closed += len(commitments) - len(names)


def _openings(export: Open, head: Head) -> Iterator[dict[str, Any]]:
    before = 0
    for line in _lines(export, "openings.jsonl"):
        try:
            opening = json.loads(line)
            index, name = opening["index"], opening["name"]
            if type(index) is not int or not isinstance(name, str):
                raise ValueError
            if opening.get("erased") is not True:
                _unb64(opening["salt"])
                opening["value"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise OpeningIsWrong("a line of openings.jsonl is not an opening") from None
        if not 0 <= index < head.size:
            raise OpeningIsWrong(f"an opening is for entry {index}, which does not exist", first=index)
        if index < before:
            raise OpeningIsWrong(f"an opening of entry {index} comes after one of entry {before}", first=index)
        before = index
        yield opening


def _must_open(commitments: dict[str, Any], opening: dict[str, Any]) -> None:
    index, name = opening["index"], opening["name"]
    try:
        told = _canonical({"name": name, "value": opening["value"]})
        computed = hmac.new(_unb64(opening["salt"]), told, hashlib.sha256).hexdigest().encode()
    except ValueError:
        computed = b""
    except RecursionError:
        raise OpeningIsWrong(f"an opening of entry {index} is nested too deep to be one", first=index) from None
    if name not in commitments or not hmac.compare_digest(computed, _told(commitments[name])):
        # the value stays out of the evidence: it may be personal, and index and name lead to it
        raise OpeningIsWrong(f"an opening does not fit entry {index}", first=index, name=name)


def _told(committed: Any) -> bytes:
    return str(committed).encode(errors="surrogatepass")


def _names_a_set_or_ids(members: dict[str, Any]) -> bool:
    """A list names what it showed by a digest (lotsa-leaf/2), and then not by ids."""
    if "shown" not in members:
        return True
    shown = members["shown"]
    return (
        isinstance(shown, dict)
        and shown.keys() == {"consents", "count", "digest"}
        and all(type(shown[each]) is int and shown[each] >= 0 for each in ("consents", "count"))
        and isinstance(shown["digest"], str)
        and "subjects" not in members
        and "consents" not in members
    )


class Named:
    """The sets that entries name, by digest: how many records and consents each is said to have, by which first."""

    def __init__(self) -> None:
        self.by_digest: dict[str, dict[tuple[int, int], int]] = {}
        self.entries = 0

    def note(self, index: int, members: dict[str, Any]) -> None:
        """Take the next entry."""
        if "shown" in members and members["format"] != FORMATS[0]:
            shown = members["shown"]
            self.by_digest.setdefault(shown["digest"], {}).setdefault((shown["count"], shown["consents"]), index)
            self.entries += 1


def _check_sets(export: Open, named: Named, report: Report) -> None:
    """Whether what lists showed is there, and is what entries name. Raises SetIsWrong, of the first that is wrong."""
    wrong: dict[int, tuple[str, str]] = {}
    missing = set(named.by_digest)
    for digest, numbers in _sets(export):
        missing.discard(digest)
        for said, index in named.by_digest.get(digest, {}).items():
            if said != numbers:
                wrong[index] = f"entry {index} showed another number than its set has", digest
    for digest in missing:
        index = min(named.by_digest[digest].values())
        wrong[index] = f"what entry {index} showed is missing or was changed", digest
    if wrong:
        index = min(wrong)
        raise SetIsWrong(wrong[index][0], first=index, digest=wrong[index][1])
    report.shown = named.entries


def _sets(export: Open) -> Iterator[tuple[str, tuple[int, int]]]:
    """What lists showed: each one's digest, and how many records and how many consents. Raises SetIsWrong.

    The digest is SHA-256 over ``lotsa-shown/1`` and a line feed, then twice how many in four bytes, big-endian, and so
    many ids of 16 bytes, sorted: the records, then the consents.
    """
    for line in _lines(export, "shown.jsonl"):
        hashed = hashlib.sha256(b"lotsa-shown/1\n")
        try:
            told = json.loads(line)
            parts = [[bytes.fromhex(each.replace("-", "")) for each in told[name]] for name in ("shown", "consents")]
            if any(len(each) != 16 for part in parts for each in part):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SetIsWrong("a line of shown.jsonl is not a set of ids") from None
        for part in parts:
            hashed.update(len(part).to_bytes(4, "big") + b"".join(part))
        yield hashed.hexdigest(), (len(parts[0]), len(parts[1]))


def _canonical(value: Any) -> bytes:
    """RFC 8785 for JSON without fractions. Raises ValueError for what has no such form."""
    # ASCII names have one order, by code point and by UTF-16 code unit, and the library sorts them much faster
    encoder = _SORTING if _has_plain_names(value) else _KEEPING
    return encoder.encode(value if encoder is _SORTING else _in_order(value)).encode()


_SORTING = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
_KEEPING = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _has_plain_names(value: Any) -> bool:
    """Whether all members' names are ASCII. Raises ValueError for numbers that are not safe integers."""
    if isinstance(value, dict):
        plain = True
        for name, each in value.items():
            plain = name.isascii() & _has_plain_names(each) & plain
        return plain
    if isinstance(value, list):
        plain = True
        for each in value:
            plain = _has_plain_names(each) & plain
        return plain
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53 - 1):
        raise ValueError
    return True


def _in_order(value: Any) -> Any:
    """Members in the order of their names' UTF-16 code units (RFC 8785, 3.2.3)."""
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value, key=lambda each: each.encode("utf-16-be"))}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def _no_float(_: str) -> Any:
    raise ValueError


def _json_text(line: bytes) -> str:
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        note = None
    if not isinstance(note, str):
        raise CheckpointIsWrong("a line of checkpoints.jsonl is not a checkpoint")
    return note


def _unb64(text: str) -> bytes:
    """Raises ValueError for anything but the one standard spelling."""
    raw = base64.b64decode(text, validate=True)
    if _b64(raw) != text:
        raise ValueError
    return raw


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _tile_path(level: str, number: int, width: int) -> str:
    digits = [f"{number % 1000:03d}"]
    while number := number // 1000:
        digits.append(f"x{number % 1000:03d}")
    path = f"tile/{level}/{'/'.join(reversed(digits))}"
    return path if width == WIDTH else f"{path}.p/{width}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


class _Packed:
    """A file of a ZIP file, unpacked as it is read. Raises LogIsWrong where it is damaged."""

    def __init__(self, path: str, archive: zipfile.ZipFile) -> None:
        self._path = path
        if archive.getinfo(path).compress_type not in PACKED_AS:
            # those that no export has; some of them ask for any memory they like
            raise LogIsWrong(f"the file {path} in the export is packed in a way that no export is")
        self._file = io.BufferedReader(self._tried(archive.open, path))

    def read(self, size: int, /) -> bytes:
        some: bytes = self._tried(self._file.read, size)
        return some

    def readline(self, size: int, /) -> bytes:
        line: bytes = self._tried(self._file.readline, size)
        return line

    def close(self) -> None:
        self._file.close()

    def _tried(self, act: Callable[[Any], Any], asked: object) -> Any:
        try:
            return act(asked)
        # what a damaged file seems to ask for (a password, another packing) the library answers with a RuntimeError
        except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, OSError, EOFError):
            raise LogIsWrong(f"the file {self._path} in the export is damaged") from None


def reader(export: pathlib.Path) -> Open:
    """Opens files of an export, from a ZIP file or a folder. Raises QuestionIsWrong when it is neither."""
    if export.is_dir():

        def from_folder(path: str) -> BinaryIO | None:
            target = export / path
            return target.open("rb") if target.is_file() else None

        return from_folder
    try:
        archive = zipfile.ZipFile(export)
    except (OSError, zipfile.BadZipFile, RuntimeError, ValueError):
        raise QuestionIsWrong(f"{export} is neither a folder nor a ZIP file that can be read") from None

    names = frozenset(archive.namelist())

    def from_zip(path: str) -> File | None:
        return _Packed(path, archive) if path in names else None

    return from_zip


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description="Check an export of the audit log, offline.")
    parser.add_argument("export", type=pathlib.Path, help="the ZIP file, or the folder it unpacks to")
    parser.add_argument("--key", required=True, help="the log's public key: NAME+ID+BASE64; or the file of its keys")
    parser.add_argument("--known", action="append", default=[], type=pathlib.Path, metavar="CHECKPOINT",
                        help="a checkpoint kept from before (a file); may be repeated")  # fmt: skip
    parser.add_argument("--evidence", type=pathlib.Path, help="where to keep evidence; beside the export otherwise")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    asked = parser.parse_args(arguments)
    known, not_asked = [], 0
    try:
        key = Key.from_text(_key_text(asked.key))
        for path in asked.known:
            try:
                known.append(read_known(path, key))
            except QuestionIsWrong as problem:
                # the others are asked all the same: what they tell counts for more
                sys.stderr.write(f"Could not ask {problem}. This says nothing about the log.\n")
                not_asked += 1
        report = verify(reader(asked.export), key, known)
    except (QuestionIsWrong, OSError) as problem:
        sys.stderr.write(f"Could not check: {problem}\n")
        return 2
    except LogIsWrong as wrong:
        kept = asked.evidence or asked.export.with_name(asked.export.name + ".evidence.json")
        told = {"wrong": wrong.slug, "sentence": wrong.sentence, "first": wrong.first, "last": wrong.last}
        kept.write_text(json.dumps({**told, "export": asked.export.name, **wrong.evidence}, indent=2) + "\n")
        told["evidence"] = str(kept)
        _say(json.dumps(told) if asked.json else f"WRONG: {wrong.sentence}.\nEvidence is kept in {kept}")
        return 1
    if asked.json:
        _say(json.dumps({"wrong": None, **asdict(report)}))
    else:
        _say(f"The log holds: {report.size} entries under {report.checkpoints} checkpoints of {report.origin}.")
        _say(f"Recorded from {report.first_recorded_at} to {report.last_recorded_at}. Root {report.root}.")
        _say(f"Commitments: {report.opened} opened and right, {report.closed} closed (erased, or not shown to you).")
        if report.erased:
            _say(f"Erased: {report.erased} names whose keys were destroyed; the entries themselves hold.")
        if report.shown:
            _say(f"Lists: what {report.shown} of them showed is there, and is what the entries name.")
    return 2 if not_asked else 0


if __name__ == "__main__":
    sys.exit(main())
