"""Holds what stands beside the audit log's entries against the entries, all of it at once."""

from __future__ import annotations

from services.audit import bootstrap
from services.audit.domain.check_beside import ALL_CHECKS
from services.audit.log.check import Finding
from services.audit.processes.verify_in_background import SLICE
from shared.settings import Settings


def look_beside(settings: Settings) -> list[Finding]:
    """What stands beside the entries and is not what they say, in constant memory but for what is found; for the
    command line, beside an export that holds."""
    parts = bootstrap.for_web(settings)
    found: list[Finding] = []
    try:
        with parts.as_auditor() as uow:
            size = uow.verification.size()
            found += uow.verification.beyond()
        for low in range(0, size, SLICE):
            with parts.as_auditor() as uow:
                part = uow.verification.slice(low, min(low + SLICE, size))
            found += [each for check in ALL_CHECKS for each in check(part)]
    finally:
        parts.engine.dispose()
    return found
