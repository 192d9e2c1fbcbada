"""A tally is the same wherever it is made, and another for every change; an id says in which hour it was made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.kernel.identity import uuid7
from shared.messaging.tally import HOUR, OutOfOrder, Tally, hour_of, ids_within

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
DATA = {"referral_id": "r", "issuer": "i", "subject": "s", "consents": ["a", "b"]}


def digest(*records: tuple[UUID, str, dict[str, object]]) -> tuple[int, str]:
    """Over these."""
    tally = Tally()
    for record in records:
        tally.add(*record)
    return tally.count, tally.digest


def test_the_order_of_names_changes_nothing() -> None:
    """JSON as a database keeps it has an order of its own."""
    turned = dict(reversed(DATA.items()))
    assert digest((FIRST, "x", DATA), (SECOND, "x", {})) == digest((FIRST, "x", turned), (SECOND, "x", {}))


@pytest.mark.parametrize(
    "other",
    [
        ((FIRST, "x", DATA),),
        ((FIRST, "x", DATA), (SECOND, "x", DATA), (THIRD, "x", DATA)),
        ((FIRST, "x", DATA), (THIRD, "x", DATA)),
        ((FIRST, "x", DATA), (SECOND, "y", DATA)),
        ((FIRST, "x", DATA), (SECOND, "x", {**DATA, "subject": "eve"})),
        ((FIRST, "x", DATA), (SECOND, "x", {**DATA, "consents": ["b", "a"]})),
        ((FIRST, "x", DATA), (SECOND, "x", {**DATA, "more": None})),
    ],
)
def test_every_change_changes_it(other: tuple[tuple[UUID, str, dict[str, object]], ...]) -> None:
    """One missing, one more, another's id, kind, user, order or name."""
    assert digest(*other)[1] != digest((FIRST, "x", DATA), (SECOND, "x", DATA))[1]


def test_records_come_in_order() -> None:
    """Otherwise one set could have two digests."""
    with pytest.raises(OutOfOrder):
        digest((SECOND, "x", {}), (FIRST, "x", {}))


def test_one_that_is_there_twice_is_a_difference_and_no_breakdown() -> None:
    """Whoever writes a record twice must not keep everything else from being compared."""
    once, twice = digest((FIRST, "x", DATA)), digest((FIRST, "x", DATA), (FIRST, "x", DATA))
    assert (once[0], twice[0]) == (1, 2)
    assert once[1] != twice[1]


def test_an_id_is_in_the_hour_in_which_it_was_made() -> None:
    """And in no other; the range of an hour holds it."""
    before = datetime.now(UTC)
    made = uuid7()
    hour = hour_of(made)
    assert hour <= before < hour + HOUR + timedelta(seconds=1)
    low, high = ids_within(hour, hour + HOUR)
    assert low <= made < high
    assert hour_of(low) == hour
    assert hour_of(high) == hour + HOUR
    assert hour_of(UUID(int=high.int - 1)) == hour
