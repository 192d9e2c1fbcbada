"""Makes the golden log beside it: fixed keys, salts and times, so that the same bytes come out for ever.

    python -m tests.contracts.golden_log.make_golden_log

The log has 300 entries (one full bundle and a part of another) and eight checkpoints. Its bytes are frozen: a change to
them is a change of the format, and needs a new format name and a new golden log beside this one.
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.audit.log.checkpoint import Checkpoint
from services.audit.log.entry import FORMAT_1, commitment, leaf_bytes, moment
from services.audit.log.keys import SignerKey
from services.audit.log.layout import Opening, export_files
from services.audit.log.merkle import Frontier, leaf_hash

HERE = pathlib.Path(__file__).parent
ORIGIN = "log.example.se/lotsa/golden"
SIZES = (1, 2, 3, 7, 64, 256, 257, 300)
BEGINNING = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def signer() -> SignerKey:
    """The golden log's key. Its seed is public: it signs nothing else."""
    return SignerKey(ORIGIN, hashlib.sha256(b"lotsa golden log").digest())


def identifier(kind: str, number: int) -> str:
    """An invented UUID that is the same each time."""
    return str(UUID(bytes=hashlib.sha256(f"{kind} {number}".encode()).digest()[:16], version=4))


def entries() -> tuple[list[bytes], list[Opening]]:
    """The leaves and the openings of the log; every seventh user has been erased."""
    leaves, openings = [], []
    for number in range(300):
        salt = hashlib.sha256(f"salt {number}".encode()).digest()
        user = {"issuer": "https://id.example.se", "subject": f"user-{number % 11}"}
        occurred = BEGINNING + timedelta(minutes=number)
        members = {
            "id": identifier("event", number),
            "source": "/lotsa/golden/referral/00000000-0000-4000-8000-000000000000",
            "sequence": number + 1,
            "type": "access.recorded.v1" if number % 3 else "referral.opened.v1",
            "occurred_at": moment(occurred),
            "correlation_id": identifier("journey", number // 5),
            "action": "read" if number % 3 else "referral.opened",
            "outcome": "refused" if number % 50 == 49 else "allowed",
            "rule": "receiving-unit-reads",
            "unit": identifier("unit", number % 4),
            "commitments": {"user": commitment("user", user, salt)},
            "subjects": [identifier("referral", number // 5)],
            "data": {"note": "Å, ä, ö, €, 😀 and \u2028", "version": number % 7},
        }
        leaves.append(leaf_bytes(members, occurred + timedelta(seconds=1), FORMAT_1))
        if number % 7:
            openings.append(Opening(number, "user", salt, user))
    return leaves, openings


def make(target: pathlib.Path) -> None:
    """Write the export and the public key into a folder."""
    leaves, openings = entries()
    key = signer()
    tree, notes = Frontier(), []
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
        if tree.size in SIZES:
            notes.append(key.sign(Checkpoint(ORIGIN, tree.size, tree.root())))
    shutil.rmtree(target / "export", ignore_errors=True)
    for path, pieces in export_files(leaves, checkpoint=notes[-1], checkpoints=notes, openings=openings):
        file = target / "export" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(pieces))
    (target / "key.txt").write_text(f"{key.verifier}\n")


if __name__ == "__main__":
    make(HERE)
