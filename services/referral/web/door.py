"""Who comes to a door of the referral service in a role that may not enter leaves a record of the attempt.

What is refused behind a door is recorded by ``commands.admission``; this is for those who were not let in at all.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Flask, current_app, request

from services.referral.commands.admission import refuse
from services.referral.domain.states import Action
from services.referral.web.page import parts
from shared.kernel.actor import Role
from shared.kernel.refusals import Refusal
from shared.web.refusing import record_with
from shared.web.who import RoleNotAllowed, View, current_actor, needs

_TRIED = "lotsa_tried"
A_PAGE = "referral-page"
# what an operation of the API tries, where it is not to open something of the service's
_BY_API = {
    "send": (Action.SEND, "referral"),
    "list_them": (Action.LIST, "referral"),
    "count_them": (Action.LIST, "referral"),
    "begin_draft": (Action.SAVE_DRAFT, "draft"),
    "propose": (Action.OPEN, "routing-rules"),
}


def lets_in(*roles: Role, action: Action, record_kind: str, goes_on: bool) -> Callable[[View], View]:
    """As ``needs``; ``action`` and ``record_kind``: what is tried there, for the record of a refusal."""

    def decorate(view: View) -> View:
        setattr(view, _TRIED, (action, record_kind))
        return needs(*roles, goes_on=goes_on)(view)

    return decorate


def record_refusals(app: Flask) -> None:
    """Have every page and the API note who tried to come in under another role, or without a form's token, at what."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    actor = current_actor()
    named = tuple(value for value in (request.view_args or {}).values() if isinstance(value, UUID))
    action, record_kind = _tried()
    rule = "role-may-not" if isinstance(refusal, RoleNotAllowed) else refusal.slug
    with parts().unit_of_work(actor) as uow:
        refuse(action, named, rule, actor, uow, refusal, record_kind)


def _tried() -> tuple[Action, str]:
    endpoint = request.endpoint or ""
    # the API names its endpoints by method and view: referral_api.post_send
    usual = _BY_API.get(endpoint.partition("referral_api.")[2].partition("_")[2])
    marked: tuple[Action, str] | None = getattr(current_app.view_functions.get(endpoint), _TRIED, None)
    return marked or usual or (Action.OPEN, A_PAGE)
