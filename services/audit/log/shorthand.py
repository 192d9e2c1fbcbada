"""A leaf in two parts: its words, which every leaf of its kind shares, and its ids, hashes and times, which none does.

A leaf spells an id in 36 figures and a hash in 64, which no packing makes shorter than what they say: 16 bytes and 32.
So they are taken out before the words are packed, each with a mark in its place, below the characters that canonical
JSON may hold:

    0x01        the next id, 16 bytes
    0x02        the next hash, 32 bytes
    0x03, 0x04  the next time, with six decimals or none: microseconds since the time before it, counted
    0x05        the next id, where it holds its time itself (version 7) and is shorter so: the milliseconds from the
                time before it to its own, counted, and its last ten bytes
    0x10 …      an id again: the first that was taken out, the second, up to the sixteenth

The time before is that of the last time or id of version 7 in the leaf, and for the first of them the beginning of
2026. What is counted may be below zero (0, -1, 1, -2, … as 0, 1, 2, 3, …), seven bits a byte, the lowest first; a byte
above 0x7f is not the last.

Frozen with the packing that uses it (``log/packing.py``): what was written so is read so for ever.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

ID, HASH, TIME, PLAIN_TIME, TIMED_ID, AGAIN = 0x01, 0x02, 0x03, 0x04, 0x05, 0x10
AGAINS = 16
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_MICROSECOND, _MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPELT = re.compile(
    rb"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    rb"|(?P<hash>[0-9a-f]{64})"
    rb"|(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z)"
)
_MARK = re.compile(rb"[\x01-\x05\x10-\x1f]")
_NO_WORDS = re.compile(rb"[\x00-\x1f]")


class NotInShorthand(ValueError):
    """The two parts are none that a leaf was ever taken apart into; or the leaf cannot be."""


def taken_apart(leaf: bytes) -> tuple[bytes, bytes]:
    """Words with marks in them, and what stood there. Raises NotInShorthand for a leaf that holds such marks itself."""
    if _NO_WORDS.search(leaf):
        raise NotInShorthand("it holds characters that stand for others here")
    taking = _Taking()
    return _SPELT.sub(taking, leaf), bytes(taking.values)


def put_together(words: bytes, values: bytes) -> bytes:
    """The leaf again. Raises NotInShorthand."""
    putting = _Putting(values)
    try:
        leaf = _MARK.sub(putting, words)
    except OverflowError:
        raise NotInShorthand("a time that no calendar has") from None
    if putting.place != len(values):
        raise NotInShorthand("more stands there than marks ask for")
    return leaf


class _Taking:
    """Takes out one after the other, and gives the mark for each."""

    def __init__(self) -> None:
        self.values = bytearray()
        self._ids: list[bytes] = []
        self._before = _SINCE

    def __call__(self, found: re.Match[bytes]) -> bytes:
        spelt = found[0]
        if found["id"]:
            return bytes([self._id(spelt)])
        if found["hash"]:
            self.values += bytes.fromhex(spelt.decode())
            return bytes([HASH])
        try:
            at = datetime.fromisoformat(spelt.decode())
        except ValueError:
            # no day of any calendar
            return spelt
        self.values += _count((at - self._before) // _MICROSECOND)
        self._before = at
        return bytes([TIME if b"." in spelt else PLAIN_TIME])

    def _id(self, spelt: bytes) -> int:
        if spelt in self._ids[:AGAINS]:
            return AGAIN + self._ids.index(spelt)
        self._ids.append(spelt)
        value = bytes.fromhex(spelt.replace(b"-", b"").decode())
        at = _time_of(value)
        if at is not None:
            counted = _count((at - self._before) // _MILLISECOND) + value[6:]
            if len(counted) < len(value):
                self.values += counted
                self._before = at
                return TIMED_ID
        self.values += value
        return ID


class _Putting:
    """Puts back one after the other. Raises NotInShorthand, and OverflowError for times that no calendar has."""

    def __init__(self, values: bytes) -> None:
        self.place = 0
        self._values = values
        self._ids: list[bytes] = []
        self._before = _SINCE

    def __call__(self, found: re.Match[bytes]) -> bytes:
        mark = found[0][0]
        if mark >= AGAIN:
            if mark - AGAIN >= len(self._ids):
                raise NotInShorthand("an id again that was not there before")
            return self._ids[mark - AGAIN]
        if mark in (ID, TIMED_ID):
            figures = (self._take(16) if mark == ID else self._timed()).hex().encode()
            spelt = b"-".join((figures[:8], figures[8:12], figures[12:16], figures[16:20], figures[20:]))
            self._ids.append(spelt)
            return spelt
        if mark == HASH:
            return self._take(32).hex().encode()
        self._before += self._counted() * _MICROSECOND
        precision = "microseconds" if mark == TIME else "seconds"
        return self._before.replace(tzinfo=None).isoformat(timespec=precision).encode() + b"Z"

    def _take(self, length: int) -> bytes:
        self.place += length
        if self.place > len(self._values):
            raise NotInShorthand("less stands there than marks ask for")
        return self._values[self.place - length : self.place]

    def _timed(self) -> bytes:
        # that it is counted in whole milliseconds from a time in between leaves less than one over
        at = (self._before - _EPOCH) // _MICROSECOND + self._counted() * 1000
        milliseconds = -(-at // 1000)
        self._before = _EPOCH + milliseconds * _MILLISECOND
        return milliseconds.to_bytes(6, "big") + self._take(10)

    def _counted(self) -> int:
        rest = shift = 0
        while shift < 70:
            [byte] = self._take(1)
            rest |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return rest >> 1 if rest & 1 == 0 else -(rest >> 1) - 1
        raise NotInShorthand("a number without end")


def _time_of(value: bytes) -> datetime | None:
    """The time that an id of version 7 holds; None for another, or one that no calendar has."""
    if value[6] >> 4 != 7:
        return None
    try:
        return _EPOCH + int.from_bytes(value[:6], "big") * _MILLISECOND
    except OverflowError:
        return None


def _count(number: int) -> bytes:
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    counted = bytearray()
    while rest > 0x7F:
        counted.append(rest & 0x7F | 0x80)
        rest >>= 7
    counted.append(rest)
    return bytes(counted)
