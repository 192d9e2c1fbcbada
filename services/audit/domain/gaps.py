"""Ranges of sequence numbers, and what is missing between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

GRACE = timedelta(seconds=20)
"""Announcements overtake events: a height is held against what has been heard when it was announced this long ago."""

Ranges = tuple[tuple[int, int], ...]
"""Runs of numbers, each from first to last inclusive, in order and apart from one another."""


def runs(numbers: Iterable[int]) -> Ranges:
    """Numbers as runs."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def missing(highest: int, heard: Ranges) -> Ranges:
    """What is lacking of 1 to ``highest``. A publisher's sequence begins at 1 and has no gaps."""
    lacking: list[tuple[int, int]] = []
    expected = 1
    for first, last in heard:
        if first > highest:
            break
        if first > expected:
            lacking.append((expected, first - 1))
        expected = max(expected, last + 1)
    if expected <= highest:
        lacking.append((expected, highest))
    return tuple(lacking)


def split(gaps: Ranges, explained: Iterable[int]) -> tuple[Ranges, Ranges]:
    """Gaps as (unexplained, explained) runs: explained numbers lie parked and can be replayed."""
    known = set(explained)
    inside = {number for number in known if any(first <= number <= last for first, last in gaps)}
    unexplained: list[tuple[int, int]] = []
    for first, last in gaps:
        edges = [first - 1, *sorted(number for number in inside if first <= number <= last), last + 1]
        unexplained += [(low + 1, high - 1) for low, high in pairwise(edges) if high - low > 1]
    return tuple(unexplained), runs(inside)


def joined(one: Ranges, other: Ranges) -> Ranges:
    """The numbers of both, as runs."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((*one, *other)):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def lacking(wanted: Ranges, had: Ranges) -> Ranges:
    """The numbers of ``wanted`` that ``had`` does not have."""
    found: list[tuple[int, int]] = []
    for first, last in wanted:
        for low, high in had:
            if low > last or first > last:
                break
            if high >= first:
                if low > first:
                    found.append((first, low - 1))
                first = high + 1
        if first <= last:
            found.append((first, last))
    return tuple(found)
