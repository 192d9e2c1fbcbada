"""A referral's number for people to read aloud: nothing personal in it, not to be guessed, mistypings caught.

Nine random characters and a check character from an alphabet of 31 (prime) without letters that look or sound alike.
The check character makes the weighted sum zero modulo 31, which catches every single wrong character and every swap of
two.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTWXYZ"  # pragma: allowlist secret
RANDOM_CHARACTERS = 9


def new_number() -> str:
    """A new number, such as ``7K3QX-R09MT`` (31 ** 9 possible ones)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return _grouped(body + _check_character(body))


def _grouped(plain: str) -> str:
    return f"{plain[:5]}-{plain[5:]}"


def _check_character(body: str) -> str:
    # weights 2, 3, 4 … are distinct and not zero modulo 31, and the check character's own weight is 1
    total = sum(weight * ALPHABET.index(each) for weight, each in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]
