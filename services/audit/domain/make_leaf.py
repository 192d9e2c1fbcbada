"""What a leaf says beyond its event (``lotsa-leaf/2``): who acted, by kind, and the units it was put down to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.audit.domain.beside import is_looked_up

OPERATORS = ("operating-system", "urn:lotsa:operator", "urn:lotsa:seed")
"""The issuers under which somebody at the machine acts, rather than somebody who signed in."""
# what nobody does but the product itself
BY_ITSELF = ("notice.", "alarm.")
# the user whom these name is whom they are about, not who did it: that the events do not say
ABOUT_SOMEBODY = ("assignment.",)


def agent_of(event_type: str, issuer: str | None) -> dict[str, str]:
    """Who acted, by kind. ``issuer``: of the user whom the event names; None when it names nobody."""
    if event_type.startswith(BY_ITSELF):
        return {"kind": "clock"}
    if issuer is None or event_type.startswith(ABOUT_SOMEBODY):
        return {"kind": "unknown"}
    return {"kind": "operator" if issuer in OPERATORS else "staff"}


def completed(members: Mapping[str, Any], units: Collection[UUID]) -> dict[str, Any]:
    """The members of a leaf, but for what a list showed.

    ``units``: those that the entry is put down to. What an earlier version queued says no agent.
    """
    made = dict(members)
    if "agent" not in made:
        made["agent"] = agent_of(made["type"], "" if "user" in made.get("commitments", ()) else None)
    if is_looked_up(made["type"]):
        made["units"] = sorted(str(each) for each in units)
    return made
