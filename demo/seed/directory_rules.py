"""Stockholm's seeded routing rules: children first, then addiction, then by district and the carer's age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.seed.ids import DISTRICTS, UNIT, stable
from services.directory.adapters.reference_data import areas
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from shared.vocabulary.routing import AgeOf

STOCKHOLM = "0180"
SINCE = date(2025, 1, 1)

YOUNGER_GO_TO = {"skarpnack": "farsta", "kungsholmen": "norra-innerstaden", "bromma": "hasselby-vallingby"}
"""Districts whose advisers meet carers of 65 and over only; a neighbour's meet the younger ones."""

CITY_WIDE = frozenset({"young-carer", "addiction"})
"""The target groups that one unit receives in the whole city, wherever the carer lives."""


def stockholm_rules() -> RoutingRules:
    """The city's rules, with the common carer support as the default."""
    return RoutingRules(STOCKHOLM, UnitId(UNIT["advice-stockholm"]), tuple(_all()))


def _all() -> Iterator[RoutingRule]:
    for slug, group, unit, reason in (
        (
            "children",
            "young-carer",
            "advice-children",
            "Barn och unga under 18 som är anhöriga möts av stödet för barn och unga, i hela staden.",
        ),
        (
            "addiction",
            "addiction",
            "advice-addiction",
            "När stödet gäller skadligt bruk eller beroende tar beroendemottagningens anhörigstöd emot, i hela staden.",
        ),
    ):
        # once for the city, and once per district: the more precise area goes first
        for area in (STOCKHOLM, *(f"{STOCKHOLM}-{district}" for district in DISTRICTS)):
            yield _rule(f"{slug}/{area}", area, unit, reason, stand_in="advice-stockholm", groups=frozenset({group}))
    for district in DISTRICTS:
        yield from _district(district)


def _district(district: str) -> Iterator[RoutingRule]:
    area = f"{STOCKHOLM}-{district}"
    name = areas().name(area)
    own = f"advice-{district}"
    if district in YOUNGER_GO_TO:
        neighbour = YOUNGER_GO_TO[district]
        other = areas().name(f"{STOCKHOLM}-{neighbour}")
        yield _rule(
            f"younger/{district}",
            area,
            f"advice-{neighbour}",
            f"Anhöriga under 65 år i stadsdelsområdet {name} får stöd av anhörigkonsulenterna i {other}, "
            "för de två stadsdelsområdena samarbetar.",
            stand_in=own,
            ages=(0, 64),
        )
        reason = f"Anhöriga som är 65 år eller äldre i stadsdelsområdet {name} får stöd av anhörigkonsulenterna där."
        yield _rule(f"older/{district}", area, own, reason, stand_in=f"advice-{neighbour}", ages=(65, None))
    reason = f"Anhöriga i stadsdelsområdet {name} får stöd av anhörigkonsulenterna där."
    yield _rule(f"district/{district}", area, own, reason, stand_in="advice-stockholm")


def _rule(
    slug: str,
    area: str,
    unit: str,
    reason: str,
    *,
    stand_in: str,
    groups: frozenset[str] = frozenset(),
    ages: tuple[int | None, int | None] | None = None,
) -> RoutingRule:
    return RoutingRule(
        id=stable("routing-rule", slug),
        area=area,
        unit_id=UnitId(UNIT[unit]),
        reason_sv=reason,
        target_groups=groups,
        age_of=AgeOf.CARER if ages else AgeOf.ANY,
        age_from=ages[0] if ages else None,
        age_to=ages[1] if ages else None,
        stand_in_unit_id=UnitId(UNIT[stand_in]),
        valid_from=SINCE,
    )
