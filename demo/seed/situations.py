"""What an invented carer's referral says: why, about whom, and with which consents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.seed.directory_rules import CITY_WIDE
from demo.seed.people import LISTS, Invention
from services.referral.domain.clocks import Priority
from services.referral.domain.consent.consent import ConsentAnswers, Form, GivenBy
from services.referral.domain.consent.scopes import SCOPES_OF, Scope
from services.referral.domain.consent.texts import consent_text
from services.referral.domain.filled_draft import CarerStep, FilledDraft, NeedStep, ReceiverStep, SituationStep
from services.referral.domain.people import Carer, PersonCaredFor, Relation, Subject
from shared.kernel.clock import swedish_day

SITUATIONS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "situations.json").read_text("utf-8"))

# how often, among a hundred referrals
PERSON_CONSENTS, OWN_STATEMENT, TELL_REFERRER, URGENT, ASAP, WRITTEN, PERSON_NAMED = 60, 50, 80, 15, 4, 25, 30


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a story needs its referral to be; None leaves it to chance. ``near``: nothing that a unit for the whole city
    receives, so that it comes to the district's own advisers."""

    carer_only: bool | None = None
    tell_referrer: bool | None = None
    careful: bool = False
    priority: Priority | None = None
    groups: tuple[str, ...] | None = None
    near: bool = False


@dataclass(frozen=True)
class Invented:
    """A referral to be sent, and from which kind of unit such ones come."""

    draft: FilledDraft
    sent_from: str


def invent(invention: Invention, area: str, at: datetime, wishes: Wishes) -> Invented:
    """A referral as it would be written at a moment."""
    chance = invention.chance
    among = [each for each in SITUATIONS if wishes.groups is None or tuple(each["groups"]) == wishes.groups]
    if wishes.near:
        among = [each for each in among if not CITY_WIDE & set(each["groups"])]
    situation = chance.choices(among, [each["weight"] for each in among])[0]
    carer = invention.carer(
        chance.choices(situation["ages"], (5, 3, 1)[: len(situation["ages"])])[0], careful=wishes.careful
    )
    consented = not wishes.carer_only if wishes.carer_only is not None else invention.often(PERSON_CONSENTS)
    stated = not consented and (situation["groups"] == ["bereaved"] or invention.often(OWN_STATEMENT))
    tells = wishes.tell_referrer if wishes.tell_referrer is not None else invention.often(TELL_REFERRER)
    person = _person(invention, situation, carer) if consented else None
    groups = tuple(situation["groups"]) if consented or stated else ()
    # a young carer is asked for by name of the group; the age band says the same
    draft = FilledDraft(
        carer=CarerStep(carer=carer, area=area),
        support=NeedStep(
            why=chance.choice(situation["why"]),
            support_wanted=tuple(situation["support"][: chance.randrange(1, 4)]),
            priority=wishes.priority or _priority(invention),
        ),
        consent=_carer_consent(invention, carer, at, tells),
        other_consent=_person_consent(invention, at) if consented else None,
        situation=SituationStep(target_groups=groups, own_statement=stated, person=person),
        receiver=ReceiverStep(),
    )
    return Invented(draft, situation["from"])


def _person(invention: Invention, situation: dict[str, Any], carer: Carer) -> PersonCaredFor:
    chance = invention.chance
    return PersonCaredFor(
        relation=Relation(chance.choice(situation["relations"])),
        name=invention.first_name(carer.name) if invention.often(PERSON_NAMED) else "",
        year_of_birth=chance.randrange(*situation["born"]),
        situation=chance.choice(situation["situation"]),
    )


def _priority(invention: Invention) -> Priority:
    if invention.often(ASAP):
        return Priority.ASAP
    return Priority.URGENT if invention.often(URGENT) else Priority.ROUTINE


def _carer_consent(invention: Invention, carer: Carer, at: datetime, tells: bool) -> ConsentAnswers:
    scopes = {Scope.SHARE_WITH_RECEIVING_UNIT} | ({Scope.TELL_REFERRER_WHAT_HAPPENED} if tells else set())
    young = carer.age_band == "under-18"
    guardian = f"{invention.first_name(carer.name)} {invention.chance.choice(LISTS['last'])}" if young else ""
    return ConsentAnswers(
        scopes=frozenset(scopes),
        refused=SCOPES_OF[Subject.CARER] - scopes,
        given_by=GivenBy.GUARDIAN if young else GivenBy.SUBJECT,
        representative_name=guardian,
        form=Form.WRITTEN if invention.often(WRITTEN) else Form.ORAL,
        channels=carer.safe_contact.channels,
        text_version=consent_text(Subject.CARER, swedish_day(at)).version,
        interpreter_present=carer.interpreter,
        given_at=at,
    )


def _person_consent(invention: Invention, at: datetime) -> ConsentAnswers:
    scopes = {Scope.TELL_ABOUT_PERSON_CARED_FOR, Scope.STAFF_MAY_CONTACT_CARER}
    if invention.often(50):
        scopes.add(Scope.STAFF_MAY_TELL_CARER)
    return ConsentAnswers(
        scopes=frozenset(scopes),
        refused=SCOPES_OF[Subject.PERSON_CARED_FOR] - scopes,
        form=Form.WRITTEN if invention.often(WRITTEN) else Form.ORAL,
        text_version=consent_text(Subject.PERSON_CARED_FOR, swedish_day(at)).version,
        given_at=at,
    )
