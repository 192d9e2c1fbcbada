"""Stockholm and its region as units. Names are invented; telephone numbers come from PTS' series for fiction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from demo.seed.directory_listings import PARTNERS
from demo.seed.ids import DISTRICTS, ORGANIZATION, UNIT
from services.directory.adapters.reference_data import areas
from services.directory.commands.register_organization import RegisterOrganization
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.identity import OrganizationId, UnitId

STOCKHOLM = "0180"
SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""From when the seeded assignments hold: long enough ago for a seeded year of referrals."""

NEIGHBOUR = {
    "bromma": "hasselby-vallingby",
    "hasselby-vallingby": "bromma",
    "enskede-arsta-vantor": "farsta",
    "farsta": "enskede-arsta-vantor",
    "skarpnack": "farsta",
    "hagersten-alvsjo": "skarholmen",
    "skarholmen": "hagersten-alvsjo",
    "kungsholmen": "norra-innerstaden",
    "norra-innerstaden": "kungsholmen",
    "sodermalm": "norra-innerstaden",
    "jarva": "hasselby-vallingby",
}
"""Who stands in for each district's unit, so that no list waits because somebody is ill."""

_HEALTH_CENTRES = (
    ("Vårdcentralen Linden", "sodermalm"),
    ("Vårdcentralen Kastanjen", "sodermalm"),
    ("Vårdcentralen Eken", "kungsholmen"),
    ("Vårdcentralen Rönnen", "norra-innerstaden"),
    ("Vårdcentralen Almen", "norra-innerstaden"),
    ("Vårdcentralen Björken", "bromma"),
    ("Vårdcentralen Hasseln", "hasselby-vallingby"),
    ("Vårdcentralen Lönnen", "jarva"),
    ("Vårdcentralen Syrenen", "jarva"),
    ("Vårdcentralen Enen", "skarholmen"),
    ("Vårdcentralen Aspen", "hagersten-alvsjo"),
    ("Vårdcentralen Granen", "hagersten-alvsjo"),
    ("Vårdcentralen Tallen", "enskede-arsta-vantor"),
    ("Vårdcentralen Häggen", "farsta"),
    ("Vårdcentralen Oxeln", "skarpnack"),
)
_CLINICS = (
    ("Psykiatriska mottagningen Södra", "sodermalm"),
    ("Psykiatriska mottagningen Norra", "norra-innerstaden"),
    ("Psykiatriska mottagningen Västra", "jarva"),
    ("Psykiatriska mottagningen Sydost", "farsta"),
)


def organizations() -> Iterator[RegisterOrganization]:
    """The city, the region and the partners."""
    yield RegisterOrganization(
        organization_id=OrganizationId(ORGANIZATION["city-stockholm"]),
        name="Stockholms stad",
        kind=OrganizationKind.MUNICIPALITY,
        municipality_code=STOCKHOLM,
        description="Kommunens anhörigstöd finns i alla elva stadsdelsområden. Det är frivilligt och kostar inget.",
        website="https://stad.example.se",
        email="anhorigstod@example.se",
        phone="08-465 004 00",
    )
    yield RegisterOrganization(
        organization_id=OrganizationId(ORGANIZATION["region-stockholm"]),
        name="Region Stockholm",
        kind=OrganizationKind.REGION,
        municipality_code=None,
        description="Vårdcentraler och psykiatri som möter anhöriga och lotsar dem vidare.",
        website="https://region.example.se",
    )
    for partner in PARTNERS:
        yield RegisterOrganization(
            organization_id=OrganizationId(ORGANIZATION[partner.slug]),
            name=partner.name,
            kind=OrganizationKind.CIVIL_SOCIETY,
            municipality_code=STOCKHOLM,
            description=partner.description,
            website=f"https://{partner.web}.example.org",
            email=f"hej@{partner.web}.example.org",
            phone=partner.phone,
        )


def units() -> Iterator[Unit]:
    """Every unit, stand-ins included."""
    yield from _receiving()
    yield from _referring()
    yield _unit("audit", "city-stockholm", "Loggkontrollen, Stockholms stad", UnitKind.AUDIT, "loggkontroll", 80)
    yield _unit(
        "administration-stockholm",
        "city-stockholm",
        "Samordningen för anhörigstöd, Stockholms stad",
        UnitKind.ADMINISTRATION,
        "samordning-anhorigstod",
        81,
    )
    for partner in PARTNERS:
        yield Unit(
            id=UnitId(UNIT[partner.slug]),
            organization_id=ORGANIZATION[partner.slug],
            name=partner.name,
            kind=UnitKind.PARTNER,
            area=STOCKHOLM,
            function_address=f"hej@{partner.web}.example.org",
            phone=partner.phone,
        )


def _receiving() -> Iterator[Unit]:
    for number, district in enumerate(DISTRICTS, start=1):
        area = f"{STOCKHOLM}-{district}"
        yield _unit(
            f"advice-{district}",
            "city-stockholm",
            f"Anhörigkonsulenterna, {areas().name(area)}",
            UnitKind.RECEIVING,
            f"anhorigkonsulent.{district}",
            number,
            area=area,
            stand_in=f"advice-{NEIGHBOUR[district]}",
        )
    for number, (slug, name, address, stand_in) in enumerate(
        (
            ("advice-addiction", "Beroendemottagningens anhörigstöd", "anhorigstod.beroende", "advice-stockholm"),
            ("advice-children", "Stödet för barn och unga som är anhöriga", "barn.anhoriga", "advice-stockholm"),
            ("advice-stockholm", "Stockholms gemensamma anhörigstöd", "anhorigstod", "advice-sodermalm"),
        ),
        start=20,
    ):
        yield _unit(slug, "city-stockholm", name, UnitKind.RECEIVING, address, number, stand_in=stand_in)


def _referring() -> Iterator[Unit]:
    for number, (name, district) in enumerate(_HEALTH_CENTRES, start=1):
        slug = f"health-centre-{number}"
        area = f"{STOCKHOLM}-{district}"
        address = f"vardcentral{number}.funktion"
        yield _unit(slug, "region-stockholm", name, UnitKind.REFERRING, address, 30 + number, area=area)
    for number, (name, district) in enumerate(_CLINICS, start=1):
        slug = f"psychiatry-{number}"
        area = f"{STOCKHOLM}-{district}"
        address = f"psykiatri{number}.funktion"
        yield _unit(slug, "region-stockholm", name, UnitKind.REFERRING, address, 50 + number, area=area)


def _unit(
    slug: str,
    organization: str,
    name: str,
    kind: UnitKind,
    address: str,
    number: int,
    *,
    area: str = STOCKHOLM,
    stand_in: str | None = None,
) -> Unit:
    return Unit(
        id=UnitId(UNIT[slug]),
        organization_id=ORGANIZATION[organization],
        name=name,
        kind=kind,
        area=area,
        function_address=f"{address}@example.se",
        phone=f"08-465 004 {number:02d}",
        stand_in_unit_id=UnitId(UNIT[stand_in]) if stand_in else None,
    )
