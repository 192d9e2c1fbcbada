"""Identifiers of the seeded world, stable from run to run: UUID version 5 of a slug.

Other seeds and the tests name units, organisations, people and assignments by these slugs.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from services.directory.web.sign_in.cast import DEMO_ISSUER as DEMO_ISSUER

NAMESPACE = UUID("5b0ea0a2-7c14-5d4c-9a53-1a5e1f0c7a11")

DISTRICTS = (
    "bromma",
    "enskede-arsta-vantor",
    "farsta",
    "hagersten-alvsjo",
    "hasselby-vallingby",
    "jarva",
    "kungsholmen",
    "norra-innerstaden",
    "skarpnack",
    "skarholmen",
    "sodermalm",
)
"""Stockholm's district administrations; the area code of each is ``0180-<slug>``."""

HEALTH_CENTRES = 15
PSYCHIATRIC_CLINICS = 4
PARTNERS = 20

# Cilla's unit answers to the name of the neighbourhood it sits in as well
_UNIT_ALIASES = {"advice-rinkeby": "advice-jarva"}

_UNIT_SLUGS = (
    *(f"health-centre-{number}" for number in range(1, HEALTH_CENTRES + 1)),
    *(f"psychiatry-{number}" for number in range(1, PSYCHIATRIC_CLINICS + 1)),
    *(f"advice-{district}" for district in DISTRICTS),
    "advice-addiction",
    "advice-children",
    "advice-stockholm",
    "audit",
    "administration-stockholm",
    *(f"partner-{number}" for number in range(1, PARTNERS + 1)),
)

_ORGANIZATION_SLUGS = (
    "city-stockholm",
    "region-stockholm",
    *(f"partner-{number}" for number in range(1, PARTNERS + 1)),
)


def stable(kind: str, slug: str) -> UUID:
    """The identifier of a seeded thing; the same in every installation."""
    return uuid5(NAMESPACE, f"{kind}/{slug}")


UNIT: dict[str, UUID] = {slug: stable("unit", slug) for slug in _UNIT_SLUGS}
UNIT |= {alias: UNIT[slug] for alias, slug in _UNIT_ALIASES.items()}
"""Units by slug: Alva's ``health-centre-1``, Bo's ``advice-sodermalm``, Cilla's ``advice-rinkeby``, Ester's ``audit``,
Dani's ``partner-1``, Hanna's ``administration-stockholm``; ``advice-stockholm`` is the city's default."""

ORGANIZATION: dict[str, UUID] = {slug: stable("organization", slug) for slug in _ORGANIZATION_SLUGS}
"""Organisations by slug; a partner's unit and organisation share the slug ``partner-<n>``."""

CAST: dict[str, tuple[str, str]] = {
    "alva": ("health-centre-1", "referrer"),
    "bo": ("advice-sodermalm", "adviser"),
    "cilla": ("advice-rinkeby", "adviser"),
    "dani": ("partner-1", "partner-editor"),
    "ester": ("audit", "auditor"),
    "hanna": ("administration-stockholm", "municipality-administrator"),
}
"""Who may sign in to the demonstration: subject → (unit slug, role)."""

ASSIGNMENT: dict[str, UUID] = {subject: stable("assignment", subject) for subject in CAST}
"""The cast's assignments by subject."""
