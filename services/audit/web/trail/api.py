"""The systems' door to entries and trails."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.audit.web.trail import looks
from services.audit.web.trail.entry_json import represented
from services.audit.web.trail.schemas import EntriesOut, EntryOut, TrailAsked, TrailOut
from services.audit.web.trail.sentences import Wording
from shared.kernel.actor import Role
from shared.web.api.answers import ok
from shared.web.api.openapi import Operations
from shared.web.api.paging import Paging, page
from shared.web.who import Tried

AUDITORS = [Role.AUDITOR]
TRAIL = TrailOut(exclude=["steps", "next_cursor"])

api = Operations()


@api.get("/entries", query=Paging, answers={200: EntriesOut}, roles=AUDITORS)
def list_entries(query: dict[str, Any]) -> Response:
    """The entries within your mandate, the newest first.

    Asking is itself recorded, with the ids of everything shown.
    """
    return _page("all", "entry", query)


@api.get("/entries/<int:index>", answers={200: EntryOut}, roles=AUDITORS, tries=Tried("read", "entry"))
def get_entry(index: int) -> Response:
    """One entry by its place in the log."""
    return ok(represented(looks.entry_at(index), Wording()))


@api.get("/consents", query=Paging, answers={200: EntriesOut}, roles=AUDITORS)
def list_consents(query: dict[str, Any]) -> Response:
    """The entries by which consents were given, the newest first."""
    return _page("consents", "consent", query)


@api.get("/referrals", query=Paging, answers={200: EntriesOut}, roles=AUDITORS)
def list_referrals(query: dict[str, Any]) -> Response:
    """The entries by which referrals were sent, the newest first."""
    return _page("referrals", "referral", query)


@api.get(
    "/consents/<uuid:consent_id>/trail",
    query=TrailAsked,
    answers={200: TrailOut},
    roles=AUDITORS,
    admits=lambda consent_id: looks.admit_to_trail("consent", consent_id),
    tries=Tried("read", "consent"),
)
def get_consent_trail(consent_id: UUID, query: dict[str, Any]) -> Response:
    """One consent from given to withdrawn: every use and why it was allowed, every refused attempt.

    Every step and the newest readings; ``next_cursor`` leads to older readings.
    """
    return _trail("consent", consent_id, query)


@api.get(
    "/referrals/<uuid:referral_id>/trail",
    query=TrailAsked,
    answers={200: TrailOut},
    roles=AUDITORS,
    admits=lambda referral_id: looks.admit_to_trail("referral", referral_id),
    tries=Tried("read", "referral"),
)
def get_referral_trail(referral_id: UUID, query: dict[str, Any]) -> Response:
    """Everything around one referral.

    Every step and the newest readings; ``next_cursor`` leads to older readings.
    """
    return _trail("referral", referral_id, query)


def _page(kind: str, record_kind: str, query: dict[str, Any]) -> Response:
    steps, states, cursor = looks.page_of(kind, query["limit"], query["cursor"], record_kind)
    named = {"consents": "consent_id", "referrals": "referral_id"}.get(kind)
    said = Wording()
    items = [represented(step, said) | {"state": states[UUID(step.data[named])] if named else None} for step in steps]
    return ok(page(items, cursor))


def _trail(kind: str, subject_id: UUID, query: dict[str, Any]) -> Response:
    found, cursor = looks.trail_of(kind, subject_id, query["limit"], query["cursor"])
    said = Wording()
    steps = [represented(step, said) for step in found.steps]
    return ok(TRAIL.dump(found) | {"steps": steps, "next_cursor": cursor})
