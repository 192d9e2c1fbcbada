"""What every subject's pages need: audit's parts, a transaction of the reviewer's, and the record of what they see."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import NoReturn, cast
from uuid import UUID

from flask import current_app

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.bootstrap import Parts
from services.audit.commands import record_reading
from services.audit.domain.refusals import TrailIsUnknown
from shared.kernel.actor import Actor
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


def record(
    uow: AuditUnitOfWork,
    actor: Actor,
    action: str,
    kind: str,
    subjects: Collection[UUID] = (),
    *,
    rule: str = record_reading.RULE,
) -> None:
    """Record what the reviewer sees or does, in the transaction that shows or does it."""
    record_reading.record_reading(
        uow,
        parts().source,
        actor.user,
        action,
        record_kind=kind,
        subjects=subjects,
        rule=rule,
        acting_as=record_reading.acting_as(actor),
    )


def refuse(uow: AuditUnitOfWork, actor: Actor, action: str, kind: str, subjects: Collection[UUID]) -> NoReturn:
    """Record the attempt by itself. Raises TrailIsUnknown: nobody is told whether there is such a thing elsewhere."""
    record_reading.refuse(uow, parts().source, actor, action, kind, subjects, TrailIsUnknown())
