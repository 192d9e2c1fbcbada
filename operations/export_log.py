"""Writes an export of the audit log into a file; the log says by whom."""

from __future__ import annotations

from pathlib import Path

from services.audit import bootstrap
from services.audit.commands.record_reading import record_reading
from services.audit.views.export import write_export
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
            user = UserRef("operating-system", by)
            record_reading(uow, parts.source, user, "export", record_kind="log", rule="operators-verify-the-log")
            uow.commit()
        return size
    finally:
        parts.engine.dispose()
