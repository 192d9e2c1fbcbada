"""What may stand in each field of what the directory's API takes: one strategy for each member, by kind of thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from tests.support.cast import UNIT

LETTERS = "abc åäöÅÄÖé ABC 123 .,:;!?–-()\"'&<>%+/"
PHONES = st.sampled_from(["08-465 004 10", "031-390 06 05", "070-174 06 05"])
EMAILS = st.sampled_from(["info@example.se", "stod@example.org"])
WEBS = st.sampled_from(["https://example.se", "https://example.se/stod?a=1&b=2"])


def words(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Some text, also with spaces at its ends and several lines; with something to read in it when there must be."""
    lines = st.text(alphabet=LETTERS + "\n", max_size=most - 1)
    return lines.map(lambda each: f"s{each}") if least else lines | st.just("")


def some(codes: list[str]) -> st.SearchStrategy[list[str]]:
    """Some of these codes, each once, in any order."""
    return st.lists(st.sampled_from(codes), unique=True, max_size=4)


FIRST = datetime(2026, 12, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 90 * 24 * 60 * 60).map(lambda seconds: FIRST + timedelta(seconds=seconds))
PLACES = st.fixed_dictionaries(
    {
        "name": words(40, 1),
        "address": words(40),
        "postal_code": st.sampled_from(["", "123 45"]),
        "city": words(20),
        "area": st.sampled_from([None, "0180-farsta", "1480"]),
        "accessibility": words(60),
    }
)
HOURS = st.sampled_from(
    [
        [],
        [{"byday": "MO", "opens_at": "10:00", "closes_at": "12:30"}],
        [
            {"byday": "TU", "opens_at": "09:00", "closes_at": "12:00"},
            {"byday": "TU", "opens_at": "13:00", "closes_at": "15:00"},
        ],
    ]
)
SERVICE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": words(60, 1),
    "summary": words(60, 1),
    "description": words(200),
    "forms": some(["guidance", "carers-groups", "lectures", "respite"]),
    "target_groups": some(["older-people", "dementia", "addiction", "mental-illness"]),
    "areas": some(["0180", "0180-farsta", "1480", "0380"]),
    "languages": some(["uk", "sv", "de", "swl", "ar"]),
    "eligibility": words(60),
    "cost": words(40),
    "attend": st.sampled_from(["drop-in", "booking", "through-adviser"]),
    "email": EMAILS | st.just(""),
    "phone": PHONES | st.just(""),
    "url": WEBS | st.just(""),
    "digital": st.booleans(),
    "location": st.none() | PLACES,
    "schedules": HOURS,
    "status": st.sampled_from(["active", "inactive"]),
}
ORGANISATION_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": words(60, 1),
    "description": words(200),
    "website": WEBS | st.just(""),
    "email": EMAILS | st.just(""),
    "phone": PHONES | st.just(""),
}
ACTIVITY_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": words(60, 1),
    "description": words(200),
    "starts_at": MOMENTS,
    "ends_at": st.timedeltas(timedelta(minutes=20), timedelta(days=3)),
    "repeats": st.sampled_from(["once", "weekly", "fortnightly"]),
    "repeats_until": st.just("2027-06-30"),
    "place": words(60),
    "digital": st.booleans(),
    "places": st.none() | st.integers(1, 10_000),
    "sign_up": words(60),
    "cost": words(40),
}
UNIT_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.builds(lambda: f"Anhörigstödet {uuid4().hex}"),
    "function_address": EMAILS,
    "phone": PHONES,
    "stand_in_unit_id": st.sampled_from([None, str(UNIT["advice-farsta"])]),
    "active": st.booleans(),
    "address_withheld": st.booleans(),
}
RULE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "area": st.sampled_from(["0180", "0180-farsta"]),
    "target_groups": some(["older-people", "dementia", "addiction"]),
    "age_of": st.sampled_from(["carer", "person-cared-for"]),
    "age_from": st.none() | st.integers(0, 40),
    "age_to": st.integers(60, 120),
    "unit_id": st.sampled_from([str(UNIT["advice-farsta"]), str(UNIT["advice-bromma"])]),
    "stand_in_unit_id": st.sampled_from([None, str(UNIT["advice-sodermalm"])]),
    "valid_from": st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str),
    "valid_to": st.none() | st.dates(date(2027, 1, 2), date(2028, 1, 1)).map(str),
    "reason_sv": words(100, 1),
}
