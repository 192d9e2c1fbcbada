"""The fixed cast of every story: who acts, where, and about whom.

Alva refers at a health centre, Bo advises in the receiving unit, Cilla advises in another district, Dani edits for a
partner, Ester audits, Hanna administers. Frans is the carer, Gun the person he cares for. Identity numbers are of the
official test series of the tax agency, telephone numbers of the telecom authority's series for fiction.

There are two stages. The **city** is what the demonstration is filled with (``city_filled.py`` fills a directory with
it); its units, organisations and assignments go by slug, and tests of a service import nothing else of the
demonstration (``tests/architecture/test_tests_and_the_demonstration.py``). A **room** is one service by itself, which
has heard of a few units and of who works there: those are the constants.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from demo.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, ORGANIZATION, UNIT, stable
from services.referral.domain.people import Carer, Channel, PersonCaredFor, Relation, SafeContact
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId, uuid7

__all__ = ["ASSIGNMENT", "CAST", "DEMO_ISSUER", "ORGANIZATION", "UNIT", "stable"]

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""The moment at which a room's clock stands: a Friday."""

ISSUER = "https://idp.example.org"
"""Who says who somebody is, in a room."""

HEALTH_CENTRE, SODERMALM, KUNGSHOLMEN, STAND_IN = (
    UnitId(UUID(f"00000000-0000-7000-8000-00000000000{number}")) for number in (1, 2, 3, 4)
)
"""A room's units: where Alva refers, where Bo and where Cilla advise, and who stands in for Bo's."""
PARTNER, ADMINISTRATION, LOG_CONTROL, ELSEWHERE = (
    UnitId(UUID(f"00000000-0000-7000-8000-00000000000{number}")) for number in (5, 6, 7, 9)
)
"""Where Dani edits, Hanna administers and Ester audits, and a unit of another municipality."""

FULL_NAME = {"alva": "Alva Andersson", "bo": "Bo Bergström", "cilla": "Cilla Carlsson"}
"""What the pages call those of the cast who are called something."""


def name_of(unit_id: UUID) -> str:
    """What a unit of a room is called, unless a test calls it something else."""
    return f"Enhet {str(unit_id)[-1]}"


def an_actor(subject: str, role: Role, unit_id: UUID, assignment_id: UUID | None = None, name: str = "") -> Actor:
    """Somebody at their post in a room, under a new assignment unless told which."""
    return Actor(UserRef(ISSUER, subject), AssignmentId(assignment_id or uuid7()), UnitId(unit_id), role, name)


def in_the_city(subject: str) -> Actor:
    """Somebody of the cast at their post in the city."""
    unit, role = CAST[subject]
    return Actor(UserRef(DEMO_ISSUER, subject), AssignmentId(ASSIGNMENT[subject]), UnitId(UNIT[unit]), Role(role))


ALVA = an_actor("alva", Role.REFERRER, HEALTH_CENTRE, UUID(int=11))
BO = an_actor("bo", Role.ADVISER, SODERMALM, UUID(int=12))
CILLA = an_actor("cilla", Role.ADVISER, KUNGSHOLMEN, UUID(int=13))
BEATA = an_actor("beata", Role.ADVISER, SODERMALM, UUID(int=14))
"""Bo's colleague."""
STANDING_IN = an_actor("sten", Role.ADVISER, STAND_IN, UUID(int=15))
"""Sten, who stands in for the two."""

DANI = an_actor("dani", Role.PARTNER_EDITOR, PARTNER, UUID(int=16))
ESTER = an_actor("ester", Role.AUDITOR, LOG_CONTROL, UUID(int=900))
HANNA = an_actor("hanna", Role.MUNICIPALITY_ADMINISTRATOR, ADMINISTRATION, UUID(int=17))

IDENTITY_NUMBER, IDENTITY_NUMBER_AS_SPOKEN = "191212121212", "19121212-1212"
PHONE = "070-1740605"
FRANS = Carer(
    name="Frans Provsson",
    phone="+46701740605",
    identity_number=IDENTITY_NUMBER,
    safe_contact=SafeContact(channels=frozenset({Channel.PHONE}), note="Ring bara på förmiddagen"),
)
GUN = PersonCaredFor(
    relation=Relation.PARTNER, name="Gun Provsson", year_of_birth=1940, situation="Gun glömmer spisen."
)
