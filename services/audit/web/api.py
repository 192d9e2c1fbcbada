"""The systems' door: entries, trails, the log's state, and the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.audit.web.log_status.download import as_download
from services.audit.web.reviewing import Reviewing
from services.audit.web.schemas import (
    AlarmClosedIn,
    EntriesOut,
    EntryOut,
    ExportAsked,
    LogOut,
    PageAsked,
    TrailAsked,
    TrailOut,
)
from shared.kernel.actor import Role
from shared.web.api import dumped, no_content, ok
from shared.web.limits import HEAVY, costs
from shared.web.openapi import Api, Operations

AUDITORS = [Role.AUDITOR]
TRAIL = TrailOut(exclude=["next_cursor"])


def blueprint(reviewing: Reviewing) -> Blueprint:
    """Routes under /api/audit/v1, and their description."""
    api = Operations()

    @api.get("/entries", query=PageAsked, answers={200: EntriesOut}, roles=AUDITORS)
    def list_entries(query: dict[str, Any]) -> Response:
        """The entries within your mandate, the newest first.

        Asking is itself recorded, with the ids of everything shown.
        """
        return _page("all", "entry", query)

    @api.get("/entries/<int:index>", answers={200: EntryOut}, roles=AUDITORS)
    def get_entry(index: int) -> Response:
        """One entry by its place in the log."""
        return ok(dumped(EntryOut, reviewing.entry(index)))

    @api.get("/consents", query=PageAsked, answers={200: EntriesOut}, roles=AUDITORS)
    def list_consents(query: dict[str, Any]) -> Response:
        """The entries by which consents were given, the newest first."""
        return _page("consents", "consent", query)

    @api.get("/referrals", query=PageAsked, answers={200: EntriesOut}, roles=AUDITORS)
    def list_referrals(query: dict[str, Any]) -> Response:
        """The entries by which referrals were sent, the newest first."""
        return _page("referrals", "referral", query)

    @api.get(
        "/consents/<uuid:consent_id>/trail",
        query=TrailAsked,
        answers={200: TrailOut},
        roles=AUDITORS,
        admits=lambda consent_id: reviewing.admit_to_trail("consent", consent_id),
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
        admits=lambda referral_id: reviewing.admit_to_trail("referral", referral_id),
    )
    def get_referral_trail(referral_id: UUID, query: dict[str, Any]) -> Response:
        """Everything around one referral.

        Every step and the newest readings; ``next_cursor`` leads to older readings.
        """
        return _trail("referral", referral_id, query)

    @api.get("/log", answers={200: LogOut}, roles=AUDITORS)
    def get_log() -> Response:
        """The log's size, newest checkpoint and open alarms, and what its verification in the background has found."""
        return ok(dumped(LogOut, reviewing.status()))

    @api.put("/log/verification", answers={204: None}, roles=AUDITORS)
    @costs(HEAVY)
    def put_verification() -> Response:
        """Ask for the whole log to be verified now, from its first entry on, in the background.

        ``verification`` of the log tells how far it has come. Asking again while it goes on is answered by one more.
        """
        reviewing.ask_for_a_round()
        return no_content()

    @api.put("/log/alarms/<uuid:alarm_id>/seen", body=AlarmClosedIn, answers={204: None}, roles=AUDITORS)
    def put_alarm_seen(alarm_id: UUID, body: dict[str, Any]) -> Response:
        """Close an alarm, and say why: who closed it and for which reason is an entry of the log.

        Only those that can be closed ``by_hand``; the others end when they are mended. Again changes nothing.
        """
        reviewing.close_alarm(alarm_id, body["reason"])
        return no_content()

    @api.get("/log/export", query=ExportAsked, answers={200: None}, roles=AUDITORS)
    @costs(HEAVY)
    def export_log(query: dict[str, Any]) -> Response:
        """The whole log as a ZIP file in the layout of C2SP tlog-tiles, for verifying offline.

        With ``names=true`` the values that the commitments stand for go along, as far as your mandate reaches.
        """
        return as_download(reviewing.export(with_names=query["names"]))

    def _page(kind: str, record_kind: str, query: dict[str, Any]) -> Response:
        steps, states, cursor = reviewing.page(kind, query["limit"], query["cursor"], record_kind)
        named = {"consents": "consent_id", "referrals": "referral_id"}.get(kind)
        items = [
            dumped(EntryOut, step) | {"state": states[UUID(step.data[named])] if named else None} for step in steps
        ]
        return ok({"items": items, "next_cursor": cursor})

    def _trail(kind: str, subject_id: UUID, query: dict[str, Any]) -> Response:
        found, cursor = reviewing.trail_of(kind, subject_id, query["limit"], query["cursor"])
        told = TRAIL.dump(found)
        return ok(told | {"next_cursor": cursor})

    return Api("audit", "Lotsa: the audit log", [api]).blueprint()
