"""Reads the partners' rows from ``partners.json``: plain data, all of it invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("partners.json")


class Offer(NamedTuple):
    """One support service; ``weekday``, ``opens`` and ``closes`` are its hours, if it has any."""

    name: str
    summary: str
    description: str
    forms: tuple[str, ...]
    groups: tuple[str, ...]
    eligibility: str = "Alla som stödjer någon är välkomna."
    cost: str = "Kostar inget"
    attend: str = "drop-in"
    weekday: str = ""
    opens: int = 0
    closes: int = 0


class SessionRow(NamedTuple):
    """One session of the organisation's ``offer`` (from 1): its weekday (``MO`` …), hour, length and how it repeats."""

    title: str
    description: str
    offer: int
    weekday: str
    hour: int
    minutes: int
    repeats: str = "once"


class PartnerRow(NamedTuple):
    """One organisation, where it is, what it offers, and its five sessions."""

    name: str
    web: str
    district: str
    description: str
    place: str
    address: str
    postal_code: str
    accessibility: str
    assured_days_ago: int
    offers: tuple[Offer, ...]
    sessions: tuple[SessionRow, ...]
    languages: tuple[str, ...] = ("sv",)
    whole_city: bool = True


def _row(read: dict[str, Any]) -> PartnerRow:
    offers = tuple(
        Offer(**{**offer, "forms": tuple(offer["forms"]), "groups": tuple(offer["groups"])}) for offer in read["offers"]
    )
    sessions = tuple(SessionRow(**session) for session in read["sessions"])
    languages = tuple(read.get("languages", ("sv",)))
    return PartnerRow(**{**read, "offers": offers, "sessions": sessions, "languages": languages})


PARTNER_ROWS: tuple[PartnerRow, ...] = tuple(_row(read) for read in json.loads(FILE.read_text(encoding="utf-8")))
