"""Who comes to one of audit's doors in a role that may not enter leaves a record of the attempt."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Flask, request

from services.audit.bootstrap import Parts
from services.audit.commands import record_reading
from services.audit.web.page import parts
from shared.kernel.actor import Actor
from shared.kernel.refusals import Refusal
from shared.storage.unit_of_work import changing
from shared.web.refusal_records import record_with
from shared.web.who import Tried, current_actor, tried

LOG = Tried("read", "log")


def record_refusals(app: Flask) -> None:
    """Have pages and API note who tried to come in under another role, or without a form's token, and at what."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    # what the address names, so that the attempt is in that one's trail
    named = [value for value in (request.view_args or {}).values() if isinstance(value, UUID)]
    record_attempt(parts(), current_actor(), tried() or LOG, named, refusal)


def record_attempt(parts: Parts, actor: Actor, what: Tried, named: Collection[UUID], refusal: Refusal) -> None:
    """Note who tried to come to something, in a transaction of its own, as ``Attempts`` says. Raises TooOften."""
    if not parts.attempts.is_recorded(actor.user, what.kind, named):
        return
    with changing(parts.as_service()) as uow:
        record_reading.record_reading(
            uow,
            parts.source,
            actor.user,
            f"attempt.{what.action}",
            record_kind=what.kind,
            subjects=named,
            outcome=record_reading.REFUSED,
            rule=refusal.slug,
            acting_as=record_reading.acting_as(actor),
        )
