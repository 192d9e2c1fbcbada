"""Identifiers sort in the order in which they were made, whatever the clock does."""

from __future__ import annotations

import threading
import time
from uuid import RFC_4122, UUID

import pytest

from shared.kernel import identity
from shared.kernel.identity import as_id, uuid7

MILLISECOND = 1_000_000


@pytest.fixture(autouse=True)
def nothing_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test does to the clock is not seen by the next."""
    monkeypatch.setattr(identity, "_latest", (0, 0))


def moment_of(made: UUID) -> int:
    """Its milliseconds since 1970."""
    return made.int >> 80


def test_each_is_greater_than_all_before_it_also_within_a_millisecond() -> None:
    """So the events of one transaction are numbered as they were told."""
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_it_is_a_version_7_of_now() -> None:
    """RFC 9562, 5.7: version, variant, and the time to the millisecond."""
    before = time.time_ns() // MILLISECOND
    made = uuid7()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= moment_of(made) <= time.time_ns() // MILLISECOND


def test_a_clock_that_is_set_back_changes_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment stays until the clock has come past it again."""
    at = 1_800_000_000_000
    made = []
    for now in (at, at - 3_600_000, at - 3_599_999, at, at + 1, at - 1):
        monkeypatch.setattr(time, "time_ns", lambda now=now: now * MILLISECOND)
        made += [uuid7(), uuid7()]
    assert made == sorted(made)
    assert [moment_of(each) - at for each in made] == [0] * 8 + [1] * 4


def test_a_millisecond_with_no_room_left_borrows_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter is never wrapped."""
    monkeypatch.setattr(time, "time_ns", lambda: 5_000 * MILLISECOND)
    monkeypatch.setattr(identity, "_latest", (5_000, 2**42 - 2))
    made = [uuid7() for _ in range(3)]
    assert made == sorted(made)
    assert [moment_of(each) for each in made] == [5_000, 5_001, 5_001]


def test_threads_share_one_order() -> None:
    """None is made twice, and each thread's own are in order."""
    made: list[list[UUID]] = [[] for _ in range(8)]

    def make(into: list[UUID]) -> None:
        into += [uuid7() for _ in range(2_000)]

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each == sorted(each) for each in made)
    assert len({one for each in made for one in each}) == 16_000


def test_two_made_in_one_moment_by_two_processes_differ_by_chance() -> None:
    """A process that was forked from another goes on from the same counter; 32 random bits stand behind it."""
    tails = set()
    for _ in range(200):
        identity._latest = (2**47, 7)
        tails.add(uuid7())
    assert len(tails) == 200


def test_an_id_is_remembered_only_as_ids_are_spelt() -> None:
    """Python reads one however many hyphens are in it: remembered, those would be a process's whole memory."""
    said = str(UUID(int=7))
    assert as_id(said) is as_id(said) == UUID(said)
    before = identity._remembered.cache_info().currsize
    assert as_id("-" * 100_000 + said) == UUID(said)
    assert identity._remembered.cache_info().currsize == before


@pytest.mark.parametrize("said", ["", "x" * 36, "5", None, 5, ["a"], {}])
def test_what_says_no_id_raises_what_readers_expect(said: object) -> None:
    """As ``UUID`` itself does, so that it is told and no breakdown."""
    with pytest.raises((ValueError, TypeError, AttributeError)):
        as_id(said)  # type: ignore[arg-type]
