"""Postal codes: five figures, however they are set apart, and nothing else."""

from __future__ import annotations

import pytest

from shared.vocabulary.postal_code import NotAPostalCode, parse_postal_code


@pytest.mark.parametrize(
    "written",
    [
        "118 20",
        "11820",
        " 118 20 ",
        "118\u00a020",
        "118\u202f20",
        "118-20",
        "SE-118 20",
        "se 11820",
        "S-118 20",
        "１１８ ２０",
    ],
)
def test_a_code_is_read_as_people_and_systems_write_it(written: str) -> None:
    """And written one way."""
    assert parse_postal_code(written) == "118 20"


@pytest.mark.parametrize(
    "wrong",
    ["1180", "118", "118200", "018 20", "118 2O", "DK-11820", "118 20 Stockholm", "12345-6789", "11 8 2", "-", "SE"],
)
def test_what_is_none_is_refused(wrong: str) -> None:
    """Too few figures, too many, another country's, or a town behind it, which has a field of its own."""
    with pytest.raises(NotAPostalCode):
        parse_postal_code(wrong)
