"""Who comes to a door of the referral service in a role that may not enter leaves a record of the attempt.

What is refused behind a door is recorded by its command; this is for those who were not let in at all.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, request

from services.referral.domain.access import attempt
from services.referral.domain.lifecycle import Action
from services.referral.web.page import parts
from shared.access.record import refuse
from shared.kernel.refusals import Refusal
from shared.web.refusal_records import record_with
from shared.web.who import RoleNotAllowed, Tried, current_actor, tried

# at a door that says nothing of what is tried there
TO_COME_IN = Tried(Action.OPEN, "referral-page")


def record_refusals(app: Flask) -> None:
    """Have every page and the API note who tried to come in under another role, or without a form's token, at what."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    actor = current_actor()
    named = tuple(value for value in (request.view_args or {}).values() if isinstance(value, UUID))
    what = tried() or TO_COME_IN
    rule = "role-may-not" if isinstance(refusal, RoleNotAllowed) else refusal.slug
    with parts().unit_of_work(actor) as uow:
        refuse(attempt(Action(what.action), named, rule, refusal, what.kind), actor, uow)
