"""What a reviewer may see: their own authority's units, and those that receive in their municipality."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

_MUNICIPALITY = 4
_SIGNED_IN = "session.signed-in.v1"


@dataclass(frozen=True)
class Mandate:
    """A reviewer's authority, and the municipality ("0180") or district ("0180-sodermalm") that it has to do with.

    Units of the organisation are covered, and receiving and partner units of the area. Who refers in another authority
    is that authority's own affair, wherever it sits: between authorities there is secrecy. A mandate of None and None
    covers no unit.
    """

    organization_id: UUID | None
    area: str | None

    @classmethod
    def of(cls, organization_id: UUID, area: str | None) -> Mandate:
        """The mandate of a unit; a county's code gives no area, since its municipalities are other authorities."""
        return cls(organization_id, area if area is not None and len(area) >= _MUNICIPALITY else None)


def follows_the_user(event_type: str) -> bool:
    """Whether an entry names somebody and no unit, so that it is covered where they have their assignments."""
    return event_type == _SIGNED_IN
