"""A referral's number as people read it aloud leads to its entries."""

from __future__ import annotations

from services.audit.domain.numbers import key_of_number


def test_a_number_is_found_however_it_is_written() -> None:
    """Case, spaces and hyphens do not matter; another number is another key."""
    assert key_of_number("7K3QX-R09MT") == key_of_number(" 7k3qx r09mt") != key_of_number("7K3QX-R09MU")
