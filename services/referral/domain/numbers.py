"""A new referral's number. How numbers are written, read and checked: ``shared/vocabulary/reference_number.py``."""

from __future__ import annotations

import secrets

from shared.vocabulary.reference_number import ALPHABET, LENGTH, as_written, check_character

RANDOM_CHARACTERS = LENGTH - 1


def new_number() -> str:
    """A new number, such as ``7K3QX-R09MP`` (31 ** 9 possible ones)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return as_written(body + check_character(body))
