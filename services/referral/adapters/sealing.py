"""A referral's content as text to be sealed, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import time
from enum import Enum
from typing import Any

from services.referral.domain.content import Need
from services.referral.domain.people import (
    Carer,
    Channel,
    PersonCaredFor,
    Relation,
    SafeContact,
    TakesInBest,
)
from shared.vocabulary.age import AgeBand


def carer_to_text(carer: Carer, need: Need) -> str:
    """What is said about the carer, as JSON."""
    return _dump({"carer": carer, "need": need})


def carer_from_text(text: str) -> tuple[Carer, Need]:
    """The carer and the need again."""
    value = json.loads(text)
    return _carer(value["carer"]), _need(value["need"])


def person_to_text(person: PersonCaredFor) -> str:
    """What is said about the person cared for, as JSON."""
    return _dump(person)


def person_from_text(text: str) -> PersonCaredFor:
    """The person cared for again."""
    value = json.loads(text)
    relation = value["relation"]
    return PersonCaredFor(**{**value, "relation": Relation(relation) if relation else None})


def _carer(value: Mapping[str, Any]) -> Carer:
    band = value["age_band"]
    return Carer(
        **{
            **value,
            "age_band": AgeBand(band) if band else None,
            "takes_in_best": frozenset(map(TakesInBest, value["takes_in_best"])),
            "safe_contact": _safe_contact(value["safe_contact"]),
        }
    )


def _safe_contact(value: Mapping[str, Any]) -> SafeContact:
    return SafeContact(
        **{
            **value,
            "channels": frozenset(map(Channel, value["channels"])),
            "hours_from": _time(value["hours_from"]),
            "hours_to": _time(value["hours_to"]),
        }
    )


def _need(value: Mapping[str, Any]) -> Need:
    lists = {name: tuple(value[name]) for name in ("target_groups", "support_wanted")}
    return Need(**{**value, **lists})


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case time():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case Carer() | Need() | PersonCaredFor() | SafeContact():
            # not asdict, which copies each value on its way
            return vars(value)
        case _:
            raise TypeError(type(value).__name__)
