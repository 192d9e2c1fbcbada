"""What a system sent, once its shape is right, as the commands take it."""

from __future__ import annotations

from typing import Any

from services.referral.commands.send_referral import SendReferral
from services.referral.domain.clocks import Priority
from services.referral.domain.consent.consent import ConsentAnswers, Form, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Need
from services.referral.domain.people import (
    Carer,
    Channel,
    PersonCaredFor,
    Relation,
    SafeContact,
    TakesInBest,
)
from services.referral.domain.places import name_of
from services.referral.domain.recipient import NamedRecipient
from shared.kernel.identity import UnitId
from shared.vocabulary.age import AgeBand

Loaded = dict[str, Any]


def send_referral_from(body: Loaded) -> SendReferral:
    """The command to send a referral."""
    unit_id, area = body["receiving_unit_id"], body["need"]["area"]
    return SendReferral(
        carer=carer_from(body["carer"]),
        need=need_from(body["need"]),
        priority=Priority(body["priority"]),
        carer_consent=consent_from(body["consents"]["carer"], area),
        person_cared_for=person_from(body["person_cared_for"]),
        person_cared_for_consent=consent_from(body["consents"]["person_cared_for"], area),
        receiving_unit_id=None if unit_id is None else UnitId(unit_id),
        draft_id=body["draft_id"],
    )


def carer_from(said: Loaded) -> Carer:
    """The carer."""
    band = said["age_band"]
    contact = said["safe_contact"]
    return Carer(
        **{
            **said,
            "age_band": AgeBand(band) if band else None,
            "takes_in_best": frozenset(map(TakesInBest, said["takes_in_best"])),
            "safe_contact": SafeContact(**{**contact, "channels": frozenset(map(Channel, contact["channels"]))}),
        }
    )


def need_from(said: Loaded) -> Need:
    """Why, and what is wanted."""
    lists = {name: tuple(dict.fromkeys(said[name])) for name in ("target_groups", "support_wanted")}
    return Need(**{**said, **lists})


def person_from(said: Loaded | None) -> PersonCaredFor | None:
    """The person cared for, if anything was said at all."""
    if said is None:
        return None
    relation = said["relation"]
    return PersonCaredFor(**{**said, "relation": Relation(relation) if relation else None})


def consent_from(said: Loaded | None, area: str) -> ConsentAnswers | None:
    """A consent's answers; a text that named nobody in particular named the carer support in the ``area``."""
    if said is None:
        return None
    told = {name: value for name, value in said.items() if name != "refused_scopes"}
    return ConsentAnswers(
        **{
            **told,
            "scopes": frozenset(map(Scope, said["scopes"])),
            "refused": frozenset(map(Scope, said["refused_scopes"])),
            "recipient": recipient_from(said["recipient"] or {"area": area, "unit_id": None}),
            "channels": frozenset(map(Channel, said["channels"])),
            "given_by": GivenBy(said["given_by"]),
            "form": Form(said["form"]),
        }
    )


def recipient_from(said: Loaded) -> NamedRecipient:
    """Whom a text named. A unit's name is looked up when the referral is sent."""
    if said["unit_id"] is not None:
        return NamedRecipient(unit_id=UnitId(said["unit_id"]))
    return NamedRecipient(area=said["area"], name=name_of(said["area"]))
