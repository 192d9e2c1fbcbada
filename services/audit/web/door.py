"""Who comes to one of audit's doors in a role that may not enter leaves a record of the attempt."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Flask, request

from services.audit.bootstrap import Parts
from services.audit.domain.own_access import attempt
from services.audit.web.page import parts
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.refusals import Refusal
from shared.web.refusal_records import record_with
from shared.web.who import Tried, current_actor, tried

LOG = Tried("read", "log")


def record_refusals(app: Flask) -> None:
    """Have pages and API note who tried to come in under another role, or without a form's token, and at what."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    # what the address names, so that the attempt is in that one's trail
    named = [value for value in (request.view_args or {}).values() if isinstance(value, UUID)]
    note_attempt(parts(), current_actor(), tried() or LOG, named, refusal)


def note_attempt(parts: Parts, actor: Actor, what: Tried, named: Collection[UUID], refusal: Refusal) -> None:
    """Note who tried to come to something, in a transaction of its own, as ``Attempts`` says.

    Raises the refusal where it was noted, or TooOften.
    """
    if not parts.attempts.is_recorded(actor.user, what.kind, named):
        return
    with parts.as_service() as uow:
        refuse(attempt(what.action, what.kind, named, refusal), actor, uow)
