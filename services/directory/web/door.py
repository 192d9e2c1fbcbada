"""Whoever comes to one of the directory's doors in a role that may not enter leaves a record of the attempt.

What is refused behind a door is recorded by its command; this is for those who were not let in at all.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, request

from services.directory.domain.access import attempt
from services.directory.web.page import current_editor, parts
from shared.access.record import refuse
from shared.kernel.refusals import Refusal
from shared.web.refusal_records import record_with
from shared.web.who import Tried, tried

_READING = ("GET", "HEAD")


def record_refusals(app: Flask) -> None:
    """Have every page and the API note who tried to come in under another role, or without a form's token."""
    record_with(app, _record)


def _record(refusal: Refusal) -> None:
    editor = current_editor()
    named = request.view_args or {}
    subject = next((value for value in named.values() if isinstance(value, UUID)), None)
    # a door that names nothing is the directory's as a whole
    what = tried() or Tried("read" if request.method in _READING else "change", "directory")
    with parts().work_of(editor) as uow:
        refuse(attempt(what.action, what.kind, subject, refusal), editor, uow)
