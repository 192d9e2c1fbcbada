"""What every subject's pages need: audit's parts, and a transaction of the reviewer's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import current_app

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.bootstrap import Parts
from shared.storage import unit_of_work

EXTENSION = "audit_parts"


def parts() -> Parts:
    """The parts of the app that is serving this request."""
    return cast(Parts, current_app.extensions[EXTENSION])


def changing() -> AbstractContextManager[AuditUnitOfWork]:
    """A reviewer's transaction that changes something; see ``shared.storage.unit_of_work.changing``."""
    return unit_of_work.changing(parts().as_auditor())


def reading() -> AbstractContextManager[AuditUnitOfWork]:
    """A reviewer's transaction that shows something; see ``shared.storage.unit_of_work.reading``."""
    return unit_of_work.reading(parts().as_auditor())
