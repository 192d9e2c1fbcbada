"""A municipality changed its routing rules: from now on they decide who is proposed."""

from __future__ import annotations

import json

from services.referral.domain.ports import Work
from shared.contracts.directory import RoutingRulesChanged
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Failure


def when_routing_rules_change_keep_them(event: RoutingRulesChanged, uow: Work) -> None:
    """Keep them whole, unless newer ones were heard first. Raises Failure (permanent) when they cannot be read."""
    try:
        rules = json.loads(event.rules)
    except ValueError:
        raise Failure("routing rules cannot be read", permanent=True) from None
    if not isinstance(rules, list):
        raise Failure("routing rules cannot be read", permanent=True)
    uow.routing.keep(event.municipality_code, event.version, UnitId(event.default_unit_id), rules)
