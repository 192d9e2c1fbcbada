"""The fixed cast of every story: who acts, and about whom.

Alva refers at a health centre, Bo advises in the receiving unit, Cilla advises in another district, Dani edits for a
partner, Ester audits. Frans is the carer, Gun the person he cares for. Identity numbers are of the official test series
of the tax agency, telephone numbers of the telecom authority's series for fiction.
"""

from __future__ import annotations

from services.referral.domain.people import Carer, Channel, PersonCaredFor, Relation, SafeContact
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from tests.support.city import ASSIGNMENT, CAST, DEMO_ISSUER, UNIT


def _member(subject: str, name: str) -> Actor:
    unit, role = CAST[subject]
    return Actor(
        user=UserRef(DEMO_ISSUER, subject),
        assignment_id=AssignmentId(ASSIGNMENT[subject]),
        unit_id=UnitId(UNIT[unit]),
        role=Role(role),
        name=name,
    )


ALVA = _member("alva", "Alva")
BO = _member("bo", "Bo")
CILLA = _member("cilla", "Cilla")
DANI = _member("dani", "Dani")
ESTER = _member("ester", "Ester")
EVERYBODY = (ALVA, BO, CILLA, DANI, ESTER)

FRANS = Carer(
    name="Frans Provsson",
    phone="+46701740605",
    identity_number="191212121212",
    year_of_birth=1950,
    safe_contact=SafeContact(channels=frozenset({Channel.PHONE}), no_voicemail=True, note="Ring bara på förmiddagen."),
    same_household=True,
)
GUN = PersonCaredFor(
    relation=Relation.PARTNER, name="Gun Provsson", year_of_birth=1940, situation="Gun glömmer spisen."
)
