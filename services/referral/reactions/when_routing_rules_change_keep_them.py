"""A municipality changed its routing rules: from now on they decide who is proposed."""

from __future__ import annotations

import json

from services.referral.domain.ports import Work
from shared.contracts.directory import RoutingRulesChanged, RoutingRulesToldAgain
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Failure


def when_routing_rules_change_keep_them(event: RoutingRulesChanged | RoutingRulesToldAgain, uow: Work) -> None:
    """Keep them whole, unless newer ones were heard first; the same ones are taken when they are told again.

    Raises Failure (permanent) when they cannot be read.
    """
    try:
        rules = json.loads(event.rules)
    except ValueError:
        raise Failure("routing rules cannot be read", permanent=True) from None
    if not isinstance(rules, list):
        raise Failure("routing rules cannot be read", permanent=True)
    told_again = isinstance(event, RoutingRulesToldAgain)
    uow.routing.keep(
        event.municipality_code, event.version, UnitId(event.default_unit_id), rules, told_again=told_again
    )
