"""Makes the second golden log beside it: entries of ``lotsa-leaf/1``, and after them such of ``lotsa-leaf/2``.

    python -m tests.contracts.golden_log_2.make_golden_log

As in a database that an earlier version began: 140 entries of the first golden log, then 160 of the second format with
every kind of agent, lists that share what they showed, and units that an entry was put down to. Keys, salts and times
are fixed. Its bytes are frozen as the first one's are.
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.audit.log.checkpoint import Checkpoint
from services.audit.log.entry import AGENTS, commitment, leaf_bytes, moment
from services.audit.log.layout import Erased, Opening, export_files
from services.audit.log.merkle import Frontier, leaf_hash
from services.audit.log.shown_set import Shown, folded
from tests.contracts.golden_log import make_golden_log as first

HERE = pathlib.Path(__file__).parent
OF_THE_FIRST = 140
SIZES = (1, 140, 141, 200, 256, 257, 300)


def shown(number: int) -> Shown:
    """What a list showed: five sets, the first of which is empty."""
    which = number % 5
    return Shown.of(
        [UUID(first.identifier("shown", each)) for each in range(which * 6)],
        [UUID(first.identifier("relied-on", each)) for each in range(which * 9)],
    )


def _members(number: int) -> dict[str, Any]:
    """One entry's members, before its commitments: a sign-in, a step, a look, or a list."""
    kind = number % 4
    members: dict[str, Any] = {
        "id": first.identifier("event", number),
        "source": "/lotsa/golden/referral/00000000-0000-4000-8000-000000000001",
        "sequence": number - OF_THE_FIRST + 1,
        "type": ("session.signed-in.v1", "referral.opened.v1", "access.recorded.v1", "access.recorded.v1")[kind],
        "occurred_at": moment(first.BEGINNING + timedelta(minutes=number)),
        "correlation_id": first.identifier("journey", number // 5),
        "agent": {"kind": AGENTS[number % len(AGENTS)]},
        "action": ("session.signed-in", "referral.opened", "read", "list")[kind],
        "outcome": "allowed",
        "data": {"note": "Å, ä, ö, €, 😀 and \u2028"},
    }
    if kind == 0:
        members["units"] = sorted(first.identifier("unit", each) for each in range(number % 3))
    elif kind == 3:
        named = shown(number)
        members |= {"subjects": list(map(str, named.records)), "consents": list(map(str, named.consents))}
    else:
        members["subjects"] = [first.identifier("referral", number // 5)]
    return members


def entries() -> tuple[list[bytes], list[Opening | Erased]]:
    """Leaves and openings; the names of every ninth entry have been erased, and every fifth is not for all to see."""
    leaves, openings = first.entries()
    leaves = leaves[:OF_THE_FIRST]
    kept: list[Opening | Erased] = [each for each in openings if each.index < OF_THE_FIRST]
    for number in range(OF_THE_FIRST, 300):
        members = _members(number)
        salt = hashlib.sha256(f"salt {number}".encode()).digest()
        user = {"issuer": "https://id.example.se", "subject": f"user-{number % 11}"}
        members["commitments"] = {"user": commitment("user", user, salt)}
        recorded = first.BEGINNING + timedelta(minutes=number, seconds=1)
        leaves.append(leaf_bytes(folded(members)[0], recorded))
        if number % 9 == 0:
            kept.append(Erased(number, "user"))
        elif number % 5:
            kept.append(Opening(number, "user", salt, user))
    return leaves, kept


def make(target: pathlib.Path) -> None:
    """Write the export and the public key into a folder."""
    leaves, openings = entries()
    key = first.signer()
    tree, notes = Frontier(), []
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
        if tree.size in SIZES:
            notes.append(key.sign(Checkpoint(first.ORIGIN, tree.size, tree.root())))
    sets = sorted((shown(number) for number in range(5)), key=lambda each: each.key)
    shutil.rmtree(target / "export", ignore_errors=True)
    for path, pieces in export_files(leaves, checkpoint=notes[-1], checkpoints=notes, openings=openings, sets=sets):
        file = target / "export" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(pieces))
    (target / "key.txt").write_text(f"{key.verifier}\n")


if __name__ == "__main__":
    make(HERE)
