"""A part of a referral: what it says as JSON, packed and sealed, and back.

It is packed first, since most of it is the names of what was not said.

What is sealed is ``0x01`` and raw DEFLATE (RFC 1951) under the dictionary below, or, as until now, the JSON itself,
which begins with ``{``. The dictionary is frozen: what was packed under it is there for ever; another one gets another
first byte. How long a sealed value is tells how much was said, packed or not; what is packed together was written by
one person, about one person, and is read together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import time
from enum import Enum
from typing import Any
from uuid import UUID

from services.referral.domain.content import Need
from services.referral.domain.people import (
    Carer,
    Channel,
    PersonCaredFor,
    Relation,
    SafeContact,
    TakesInBest,
)
from shared.storage.deflate import deflate, inflate
from shared.storage.encryption import DataKey, Unreadable
from shared.vocabulary.age import AgeBand

PACKED = b"\x01"
MOST_BYTES = 1 << 20
"""No part is longer: a request's whole body is not. What were longer all the same would be sealed as it is."""
# as large as dictionary and part
WINDOW = 14
# words of every letter, codes, and last, so that it is nearest, what each part says
_DICTIONARY = (
    '"recreation-stays","parents-weekends","bereavement-support","walking-talks","financial-support","health-advice",'
    '"well-being","digital-support","meeting-places","courses","lectures","connecting","not-sure","carers-groups",'
    '"respite","guidance","individual-conversations"],"violence-in-close-relations","bereaved-by-suicide","bereaved",'
    '"lethal-violence","violent-extremism","criminal-lifestyle","young-carer","intellectual-disability",'
    '"physical-disability","neuropsychiatric","chronic-illness","mental-illness","addiction","older-people","dementia"],'
    '"grandparent","friend-or-neighbour","other","sibling","adult-child","child","parent","partner",'
    '["easy-to-read","large-print","signed","written","spoken"],["email","letter","phone","sms"],"hours_from":"08:00:00",'
    '"hours_to":"17:00:00","age_band":"under-18","18-24","80-or-over","25-44","45-64","65-79","stand_in_named_by":"rule"'
    "The referrer chose this unit together with the carer."
    "No routing rule fits, so the municipality's default unit receives it."
    " behöver kommer ibland gärna mycket också efter själv hemma hjälp stöd orkar kan när men den det som har "
    "inte och att för med till han hon på är en av om i "
    '{"relation":"partner","name":"","year_of_birth":null,"situation":""}'
    '{"carer":{"name":"","phone":"+46","email":"","address":"","identity_number":"19","year_of_birth":null,'
    '"age_band":null,"language":"sv","interpreter":false,"safe_contact":{"channels":["phone"],"hours_from":null,'
    '"hours_to":null,"no_voicemail":false,"no_letter":false,"do_not_reach_out":false,"note":""},'
    '"protected_identity":false,"same_household":true,"same_household":null,"alone_with_it":true,"alone_with_it":null,'
    '"takes_in_best":[]},"need":{"why":"","target_groups":[],"own_statement":false,"support_wanted":[],"area":"0180-",'
    '"route_reason":"","stand_in_named_by":"unit"}}'
).encode()


def pack(said: str) -> bytes:
    """A part's JSON as it is sealed: packed, unless that is no shorter."""
    plain = said.encode()
    packed = PACKED + deflate(plain, _DICTIONARY, WINDOW)
    return packed if len(packed) < len(plain) <= MOST_BYTES else plain


def unpack(sealed: bytes) -> str:
    """The JSON. Raises ValueError for what was never packed so, or is longer than any part."""
    if sealed[:1] != PACKED:
        return sealed.decode()
    return inflate(sealed[1:], _DICTIONARY, WINDOW, MOST_BYTES).decode()


def seal_part(key: DataKey, row: UUID, said: str) -> bytes:
    """A part's JSON, packed and sealed for its row of ``contents``."""
    return key.seal_bytes("contents", "body", row, pack(said))


def open_part(key: DataKey, row: UUID, body: bytes) -> str:
    """The JSON again. Raises Unreadable."""
    try:
        return unpack(key.open_bytes("contents", "body", row, body))
    except ValueError:
        raise Unreadable("what was sealed is no part") from None


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
