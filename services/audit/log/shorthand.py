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

Frozen with the packing that uses it (``log/pack.py``): what was written so is read so for ever.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

ID, HASH, TIME, PLAIN_TIME, TIMED_ID, AGAIN = 0x01, 0x02, 0x03, 0x04, 0x05, 0x10
AGAINS = 16
_MICROSECOND = timedelta(microseconds=1)
_BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 - of UTC, as every time of a leaf is
_EPOCH = _BEGINNING.replace(tzinfo=UTC)
# times are counted in microseconds since 1970: reckoning with dates takes several times as long
_SINCE = (datetime(2026, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
# no hour 24: a Python that reads it as the next day's midnight would put that in its place
_SPELT = re.compile(
    rb"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    rb"|(?P<hash>[0-9a-f]{64})"
    rb"|(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z)"
)
_SHORTEST = len("2026-01-01T00:00:00Z")
_MARK = re.compile(rb"([\x01-\x05\x10-\x1f])")
_MARKS = [bytes([mark]) for mark in range(AGAIN + AGAINS)]
_NO_WORDS = re.compile(rb"[\x00-\x1f]")


class NotInShorthand(ValueError):
    """The two parts are none that a leaf was ever taken apart into; or the leaf cannot be."""


def taken_apart(leaf: bytes) -> tuple[bytes, bytes]:
    """Words with marks in them, and what stood there. Raises NotInShorthand for a leaf that holds such marks itself."""
    if _NO_WORDS.search(leaf):
        raise NotInShorthand("it holds characters that stand for others here")
    taking = _Taking()
    # none of them has a quotation mark in it, and none is shorter: most of a leaf need not be looked through
    pieces = (_SPELT.sub(taking, each) if len(each) >= _SHORTEST else each for each in leaf.split(b'"'))
    return b'"'.join(pieces), bytes(taking.values)


def put_together(words: bytes, values: bytes) -> bytes:
    """The leaf again. Raises NotInShorthand."""
    # between the marks stand the words; each mark is replaced by what stood there
    pieces = _MARK.split(words)
    ids: list[bytes] = []
    place, before = 0, _SINCE
    for number in range(1, len(pieces), 2):
        mark = pieces[number][0]
        if mark >= AGAIN:
            if mark - AGAIN >= len(ids):
                raise NotInShorthand("an id again that was not there before")
            pieces[number] = ids[mark - AGAIN]
        elif mark == ID:
            pieces[number] = _spelt(_taken(values, place, 16))
            ids.append(pieces[number])
            place += 16
        elif mark == HASH:
            pieces[number] = _taken(values, place, 32).hex().encode()
            place += 32
        else:
            counted, place = _counted(values, place)
            if mark == TIMED_ID:
                # that it is counted in whole milliseconds from a time in between leaves less than one over
                milliseconds = -(-(before + counted * 1000) // 1000)
                before = milliseconds * 1000
                if before > _LATEST:
                    raise NotInShorthand("a time that no calendar has")
                pieces[number] = _spelt(_six_bytes(milliseconds) + _taken(values, place, 10))
                ids.append(pieces[number])
                place += 10
            else:
                before += counted
                pieces[number] = _moment(before, "microseconds" if mark == TIME else "seconds")
    if place != len(values):
        raise NotInShorthand("more stands there than marks ask for")
    return b"".join(pieces)


class _Taking:
    """Takes out one after the other, and gives the mark for each."""

    def __init__(self) -> None:
        self.values = bytearray()
        self._ids: dict[bytes, bytes] = {}
        self._before = _SINCE

    def __call__(self, found: re.Match[bytes]) -> bytes:
        spelt = found[0]
        if found.lastgroup == "id":
            return self._ids.get(spelt) or self._id(spelt)
        if found.lastgroup == "hash":
            self.values += bytes.fromhex(spelt.decode())
            return _MARKS[HASH]
        try:
            since = datetime.fromisoformat(spelt.decode()) - _EPOCH
        except ValueError:
            # no day of any calendar
            return spelt
        at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        self.values += _count(at - self._before)
        self._before = at
        return _MARKS[TIME if b"." in spelt else PLAIN_TIME]

    def _id(self, spelt: bytes) -> bytes:
        if len(self._ids) < AGAINS:
            self._ids[spelt] = _MARKS[AGAIN + len(self._ids)]
        value = bytes.fromhex(spelt.replace(b"-", b"").decode())
        at = _time_of(value)
        if at is not None:
            counted = _count((at - self._before) // 1000) + value[6:]
            if len(counted) < len(value):
                self.values += counted
                self._before = at
                return _MARKS[TIMED_ID]
        self.values += value
        return _MARKS[ID]


def _taken(values: bytes, place: int, length: int) -> bytes:
    found = values[place : place + length]
    if len(found) < length:
        raise NotInShorthand("less stands there than marks ask for")
    return found


def _counted(values: bytes, place: int) -> tuple[int, int]:
    """What is counted at a place, and where the next begins."""
    rest = shift = 0
    while shift < 70:
        if place >= len(values):
            raise NotInShorthand("less stands there than marks ask for")
        byte = values[place]
        place += 1
        rest |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (rest >> 1 if rest & 1 == 0 else -(rest >> 1) - 1), place
    raise NotInShorthand("a number without end")


def _spelt(value: bytes) -> bytes:
    figures = value.hex()
    return f"{figures[:8]}-{figures[8:12]}-{figures[12:16]}-{figures[16:20]}-{figures[20:]}".encode()


def _six_bytes(milliseconds: int) -> bytes:
    try:
        return milliseconds.to_bytes(6, "big")
    except OverflowError:
        raise NotInShorthand("a time that no calendar has") from None


def _moment(since: int, precision: str) -> bytes:
    try:
        at = _BEGINNING + timedelta(microseconds=since)
    except OverflowError:
        raise NotInShorthand("a time that no calendar has") from None
    return at.isoformat(timespec=precision).encode() + b"Z"


def _time_of(value: bytes) -> int | None:
    """The time that an id of version 7 holds; None for another, or one that no calendar has."""
    if value[6] >> 4 != 7:
        return None
    at = int.from_bytes(value[:6], "big") * 1000
    return at if at <= _LATEST else None


def _count(number: int) -> bytes:
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    counted = bytearray()
    while rest > 0x7F:
        counted.append(rest & 0x7F | 0x80)
        rest >>= 7
    counted.append(rest)
    return bytes(counted)
