"""An event's data again, from what the log remembers of it: to be held against what its service says that it told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCESS = "access.recorded.v1"
_RENAMED = {"assignment": "assignment_id", "unit": "unit_id"}
# what an entry about an access says besides its event's own data
_OF_THE_ENVELOPE = frozenset({
    "format", "id", "type", "source", "sequence", "occurred_at", "recorded_at", "correlation_id", "causation_id",
    "history", "data", "commitments", "agent", "units",
})  # fmt: skip


def retold(members: Mapping[str, Any], opened: Mapping[str, Any]) -> dict[str, Any] | None:
    """The data as the service told them; ``opened``: the values that the leaf is committed to, by name.

    ``members``: with what was shown named in them. Its order is not the page's: whoever compares sorts. None when one
    of them cannot be opened any more: what was erased cannot be compared.
    """
    if not members.get("commitments", {}).keys() <= opened.keys():
        return None
    said = _access(members) if members["type"] == ACCESS else _step(members)
    for name in members.get("commitments", {}):
        said |= opened[name] if name == "user" else {name: opened[name]}
    return said


def _access(members: Mapping[str, Any]) -> dict[str, Any]:
    said = {_RENAMED.get(name, name): value for name, value in members.items() if name not in _OF_THE_ENVELOPE}
    looked = members["data"]
    return {"access_id": looked["access_id"], "occurred_at": looked["looked_at"], **said}


def _step(members: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(members["data"])
    if "consents" in members:
        said["consents"] = members["consents"]
    if "assignment" in members:
        said["assignment_id"] = members["assignment"]
    return said
