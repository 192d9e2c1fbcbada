"""The shape of what systems send with a step, made from the table of a referral's life."""

from __future__ import annotations

from typing import Any

from services.referral.domain.lifecycle import STEPS, Action, Way
from services.referral.web.schemas import Strict, code, several, slugs, text


def _body_of(way: Way) -> type[Strict]:
    """A coded reason, with a comment; and what could not be met, where that is told."""
    said: dict[str, Any] = {"reason": code([each.slug for each in way.reasons], required=True), "comment": text()}
    if way.tells_unmet_needs:
        said["unmet_needs"] = several(slugs("unmet-needs"))
    return type(f"{way.action.title().replace('-', '')}In", (Strict,), said)


# what is only a button takes no body
BODIES: dict[Action, type[Strict]] = {action: _body_of(way) for action, way in STEPS.items() if way.reasons}
