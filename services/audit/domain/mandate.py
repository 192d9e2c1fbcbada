"""What a reviewer may see: the units of their own unit's area."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mandate:
    """A reviewer's area: a county's code ("01") covers its municipalities ("0180"), one of these its districts.

    None covers the whole installation. Entries that name no unit at all (sign-ins) are every reviewer's.
    """

    area: str | None
