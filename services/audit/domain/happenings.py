"""Something that happened and is to be remembered, before it has a place in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What will become one entry.

    ``members``: what the leaf says, without salts and recording time. ``erasable``: named values that the leaf only
    commits to. ``about``: referrals and consents by which the entry is found. ``units``: the units concerned, by which
    a reviewer's mandate is decided. ``sequence`` is None for what did not come over the bus.
    """

    event_id: UUID
    source: str
    sequence: int | None
    members: dict[str, Any]
    erasable: dict[str, Any] = field(default_factory=dict, repr=False)
    about: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
