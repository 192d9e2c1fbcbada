"""Makes what stands beside the audit log's entries anew from the entries, as the tables' owner."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from operations.trouble import Trouble
from services.audit import bootstrap
from services.audit.adapters.index_repair import OwnersIndex
from services.audit.adapters.verification_store import VerificationStore
from services.audit.domain.index_differences import differences, verify_leaves
from services.audit.domain.own_access import look
from services.audit.domain.refusals import LeavesDoNotHold
from shared.access.record import record_access
from shared.kernel.actor import UserRef
from shared.settings import Settings
from shared.storage.engine import make_engine

REASONS = {
    "differs": "the verification has found that it differs",
    "restored": "audit's database was put back from a copy",
}
"""Why an operator may do this: code and meaning. The log holds no free text."""
RECORD_KIND = "log-index"


def rebuild_index(settings: Settings, reason: str, console: Console) -> None:
    """Verify the leaves, then make columns, index and tree anew where they differ; the log says by whom and why.

    While everything runs. Raises Trouble when no reason is given, or the leaves are not what was signed.
    """
    if reason not in REASONS:
        told = "; ".join(f"{code} ({meaning})" for code, meaning in REASONS.items())
        raise Trouble(f"Say why, as one of these codes, since the audit log holds no free text: --reason {told}.")
    parts = bootstrap.for_web(settings)
    owner = make_engine(settings.service(bootstrap.SERVICE).owner_database_url, pool_size=1)

    @contextmanager
    def reading() -> Iterator[VerificationStore]:
        with parts.as_auditor() as uow:
            yield uow.verification

    try:
        if parts.log_key is None:
            raise Trouble("The log's public key is needed: LOTSA_AUDIT_VERIFYING_KEY_FILE.")
        size = verify_leaves(reading, parts.log_key)
        with parts.as_auditor() as uow:
            user = UserRef("operating-system", getpass.getuser())
            rule = f"operators-rebuild-{reason}"
            record_access(look("change", RECORD_KIND, rule=rule), user, uow)
            uow.commit()
        index = OwnersIndex(owner)
        columns = rows = nodes = 0
        for found in differences(reading, size):
            if found:
                index.write(found)
            columns += len(found.columns) + len(found.laid_bare)
            rows += len(found.about)
            nodes += len(found.nodes)
        rows += index.clear_beyond()
    except LeavesDoNotHold as wrong:
        raise Trouble(
            f"Nothing was changed: {wrong}. What stands beside the entries is only made anew from entries that hold; "
            "read docs/verify-the-log.md first."
        ) from wrong
    finally:
        parts.engine.dispose()
        owner.dispose()
    console.print(f"{size} entries hold. Made anew from them: what stands beside {columns} entries, {rows} rows of the "
                  f"index, {nodes} hashes of the tree. The log says by whom, and why.")  # fmt: skip
