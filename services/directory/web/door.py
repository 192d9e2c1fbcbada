"""Whoever comes to one of the directory's doors in a role that may not enter leaves a record of the attempt.

What is refused behind a door is recorded by ``commands.authorise``; this is for those who were not let in at all.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, request

from services.directory.web.page import current_editor, parts
from shared.kernel.refusals import Refusal
from shared.web.refusing import record_with

# what an address names, by the name that the route gives it
_KINDS = {
    "unit_id": "unit",
    "assignment_id": "assignment",
    "organization_id": "organization",
    "service_id": "support-service",
    "activity_id": "activity",
    "municipality_code": "routing-rules",
    "rule_id": "routing-rules",
}
_READING = ("GET", "HEAD")


def record_refusals(app: Flask) -> None:
    """Have every page and the API note who tried to come in under another role, or without a form's token."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    editor = current_editor()
    named = request.view_args or {}
    kind = next((_KINDS[name] for name in named if name in _KINDS), "directory")
    subject = next((value for value in named.values() if isinstance(value, UUID)), None)
    act = "read" if request.method in _READING else "change"
    with parts().work_of(editor) as work:
        work.record_attempt(editor.actor, refusal, act, kind, subject)
