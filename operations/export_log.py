"""Writes an export of the audit log into a file; the log says by whom."""

from __future__ import annotations

from pathlib import Path

from services.audit import bootstrap
from services.audit.domain.own_access import look
from services.audit.views.export import write_export
from shared.access.record import record_access
from shared.kernel.actor import UserRef
from shared.settings import Settings


def export_to(settings: Settings, path: Path, *, by: str) -> int:
    """Write an export for outsiders (nobody's name in it) into a file, for the command line; its size in entries.

    ``by``: the operating system's user, whose act is recorded. Raises NothingToExport.
    """
    parts = bootstrap.for_web(settings)
    try:
        with parts.as_auditor() as uow, path.open("wb") as file:
            size = write_export(uow.connection, file, None, parts.opening)
            record_access(look("export", "log", rule="operators-verify-the-log"), UserRef("operating-system", by), uow)
            uow.commit()
        return size
    finally:
        parts.engine.dispose()
