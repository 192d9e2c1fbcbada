"""The systems' door to what is done with a referral that has been sent: an operation for each step of the table."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from services.referral.domain.lifecycle import FORMER_NAMES, STEPS, Action
from services.referral.web import representation_schemas as schemas_out
from services.referral.web.keyed import carried_out
from services.referral.web.step.api_admission import to_a_step
from services.referral.web.step.schemas import BODIES
from services.referral.web.steps import OFFERS, view_of
from shared.kernel.identity import ReferralId
from shared.web.api.answers import require_if_match
from shared.web.api.openapi import Operations

api = Operations()

FORMER = "The earlier name of `start`; goes with 0.3."


def take(action: Action, referral_id: UUID, body: dict[str, Any] | None = None) -> Response:
    """Take a step."""
    offer, said = OFFERS[action], dict(body or {})
    if "unmet_needs" in said:
        said["unmet_needs"] = tuple(dict.fromkeys(said["unmet_needs"]))
    command = offer.command(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **said)
    return carried_out(lambda actor, uow: offer.carry_out(command, actor, uow))


def _hang_up(action: Action, name: str, described: str, *, deprecated: bool = False) -> None:
    """Open a step's door; whoever asks for a referral that is not theirs is answered, and recorded, by the command."""
    view = partial(take, action)
    # the description names its operations by their views
    view.__dict__.update(__name__=view_of(name), __doc__=described)
    api.post(
        f"/referrals/<uuid:referral_id>/{name}",
        body=BODIES.get(action),
        answers={200: schemas_out.BriefOut},
        keyed=True,
        versioned=True,
        etag=True,
        admits=to_a_step(action),
        deprecated=deprecated,
    )(view)


for _action in STEPS:
    _hang_up(_action, _action.value, OFFERS[_action].described)
for _name, _action in FORMER_NAMES.items():
    _hang_up(_action, _name, FORMER, deprecated=True)
