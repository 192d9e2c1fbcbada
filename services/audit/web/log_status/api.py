"""The systems' door to the log as a whole: its state, its alarms, its verification, and the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.audit.web.log_status import looks
from services.audit.web.log_status.download import as_download
from services.audit.web.log_status.schemas import AlarmClosedIn, ExportAsked, LogOut
from shared.kernel.actor import Role
from shared.web.api.answers import dumped, no_content, ok
from shared.web.api.openapi import Operations
from shared.web.limits import HEAVY, costs
from shared.web.who import Tried

AUDITORS = [Role.AUDITOR]

api = Operations()


@api.get("/log", answers={200: LogOut}, roles=AUDITORS)
def get_log() -> Response:
    """The log's size, newest checkpoint and open alarms, and what its verification in the background has found."""
    return ok(dumped(LogOut, looks.status()))


@api.put("/log/verification", answers={204: None}, roles=AUDITORS)
@costs(HEAVY)
def put_verification() -> Response:
    """Ask for the whole log to be verified now, from its first entry on, in the background.

    ``verification`` of the log tells how far it has come. Asking again while it goes on is answered by one more.
    """
    looks.ask_for_a_round()
    return no_content()


@api.put(
    "/log/alarms/<uuid:alarm_id>/seen",
    body=AlarmClosedIn,
    answers={204: None},
    roles=AUDITORS,
    tries=Tried("read", "alarm"),
)
def put_alarm_seen(alarm_id: UUID, body: dict[str, Any]) -> Response:
    """Close an alarm, and say why: who closed it and for which reason is an entry of the log.

    Only those that can be closed ``by_hand``; the others end when they are mended. Again changes nothing.
    """
    looks.close(alarm_id, body["reason"])
    return no_content()


@api.get("/log/export", query=ExportAsked, answers={200: None}, roles=AUDITORS)
@costs(HEAVY)
def export_log(query: dict[str, Any]) -> Response:
    """The whole log as a ZIP file in the layout of C2SP tlog-tiles, for verifying offline.

    With ``names=true`` the values that the commitments stand for go along, as far as your mandate reaches.
    """
    return as_download(looks.exported(with_names=query["names"]))
