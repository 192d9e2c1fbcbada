"""The tree's hashes as they are stored: those of the leaves beside them, and above those what 256 of them make."""

from __future__ import annotations

from sqlalchemy import Connection

from services.audit.log.merkle import KEPT_FROM, root_of
from shared.storage.driver import ask

_LEAVES = "select leaf_hash from log_entries where index >= $1 and index < $2 order by index"
_NODE = "select hash from log_nodes where level = $1 and index = $2"


def node(connection: Connection, level: int, index: int) -> bytes:
    """A complete node's hash; level 0 is the leaves'. Raises LookupError when it is not there.

    Below ``KEPT_FROM`` it is made from the leaves' hashes: at most 128 of them, for what is read at a start.
    """
    if level >= KEPT_FROM:
        return bytes(ask(connection, _NODE, (level, index))[0][0])
    found = ask(connection, _LEAVES, (index << level, (index + 1) << level))
    if len(found) < 1 << level:
        raise LookupError("leaves are missing under it")
    return root_of(bytes(row[0]) for row in found)
